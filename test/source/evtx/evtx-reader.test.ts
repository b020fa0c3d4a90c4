import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBookmark, parseBookmark, readEvtxChunks } from '../../../src/source/evtx/index.ts';
import { writeEvtx } from '../../support/evtx-writer.ts';
import { readLog } from './read-log.ts';
import { sampleLog, securityStart, sysmonStart } from './sample-events.ts';

const HEADER = 4096;
const CHUNK = 65_536;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evtx-reader-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('a sound log', () => {
  it('gives every field of the System part and the data by name', async () => {
    const [event] = (await readLog(writeEvtx([sysmonStart(7)]), { source: 'a.evtx' })).events;
    expect({ ...event, data: { ...event!.data } }).toEqual({
      providerName: 'Microsoft-Windows-Sysmon',
      eventId: 1,
      version: 5,
      level: 4,
      task: 1,
      opcode: 0,
      keywords: '0x8000000000000000',
      timeCreated: '2024-05-01T12:00:07.1234567Z',
      timeCreatedMs: Date.parse('2024-05-01T12:00:07.123Z') + 0.4567,
      recordId: 1,
      computer: 'ws-01.lab.example',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      securityUserId: 'S-1-5-18',
      executionPid: 2000,
      executionTid: 3000,
      data: {
        RuleName: '-',
        UtcTime: '2024-05-01 12:00:00.123',
        ProcessGuid: '{94F748D5-4A45-5A42-0000-0010D265F20F}',
        ProcessId: '1007',
        Image: 'C:\\Windows\\System32\\cmd.exe',
        CommandLine: 'cmd /c "echo größe 7" & <x> ',
        LogonId: '0x3e7',
        Description: '命令提示符',
        IsElevated: 'true',
        Company: '',
      },
      position: { source: 'a.evtx', record: 1, offset: HEADER + 512 },
    });
  });

  it('inherits nothing into the data', async () => {
    const [event] = (await readLog(writeEvtx([sysmonStart(0)]))).events;
    expect(event!.data['constructor']).toBeUndefined();
    expect(Object.getPrototypeOf(Object.getPrototypeOf(event!.data))).toBeNull();
  });

  it('repeats a Data for each item of an array; the first item is the value', async () => {
    const log = await readLog(writeEvtx([securityStart]));
    expect(log.events[0]!.data['Parameters']).toBe('one');
    for await (const chunk of readEvtxChunks(save('array.evtx', writeEvtx([securityStart])))) {
      for (const record of chunk.records()) {
        const values = [...record.toXml().matchAll(/<Data Name="Parameters"(?:\/>|>(.*?)<)/g)];
        expect(values.map(([, value = '']) => value)).toEqual(['one', 'two', '', 'four']);
      }
    }
  });

  it('reads the same from a file and from a stream, over several chunks', async () => {
    const bytes = sampleLog(300, 200);
    expect(bytes.length).toBeGreaterThan(HEADER + 3 * CHUNK);
    const fromFile = await readLog(save('same.evtx', bytes), { source: 'same' });
    const fromStream = await readLog(bytes, { source: 'same' });
    expect(fromStream).toEqual(fromFile);
    expect(fromFile.events.map(({ recordId }) => recordId)).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    expect(fromFile.findings).toEqual([]);
    expect(fromFile.bytes).toBe(bytes.length);
  });

  it('looks at provider and id without rendering', async () => {
    for await (const chunk of readEvtxChunks(save('peek.evtx', writeEvtx([securityStart])))) {
      for (const record of chunk.records()) {
        expect([record.id, record.providerName, record.eventId]).toEqual([1, securityStart.provider, 4688]);
      }
    }
  });

  it('keeps definitions apart that share a GUID, in one chunk and the next', async () => {
    const bytes = sampleLog(300, 200);
    const image = Buffer.from('Image', 'utf16le');
    const inSecond = bytes.indexOf(image, HEADER + CHUNK);
    expect(inSecond).toBeLessThan(HEADER + 2 * CHUNK);
    bytes.write('Imago', inSecond, 'utf16le');
    const events = (await readLog(bytes)).events;
    const chunkOf = (offset: number): number => Math.floor((offset - HEADER) / CHUNK);
    for (const { data, position } of events) {
      const name = chunkOf(position.offset) === 1 ? 'Imago' : 'Image';
      expect(Object.keys(data)[4]).toBe(name);
      expect(data[name]).toBe('C:\\Windows\\System32\\cmd.exe');
    }
  });

  it('begins a circular log with its oldest chunk', async () => {
    const bytes = sampleLog(300, 200);
    const [header, first, ...rest] = [bytes.subarray(0, HEADER), ...chunksOf(bytes)];
    const wrapped = Buffer.concat([header!, ...rest.slice(1), first!, rest[0]!]);
    const log = await readLog(save('circular.evtx', wrapped));
    expect(log.events.map(({ recordId }) => recordId)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(log.bytes).toBe(wrapped.length);
  });
});

describe('a bookmark', () => {
  const bytes = sampleLog(300, 200);

  it.each([0, 1, 50, 150, 298, 299])('resumes behind record %i', async (index) => {
    const path = save(`bookmark-${index}.evtx`, bytes);
    const all = (await readLog(path)).events;
    const { offset, record } = all[index]!.position;
    const chunkOffset = HEADER + Math.floor((offset - HEADER) / CHUNK) * CHUNK;
    const bookmark = parseBookmark(formatBookmark({ chunkOffset, recordOffset: offset, recordId: record }))!;
    expect((await readLog(path, { bookmark })).events).toEqual(all.slice(index + 1));
    expect((await readLog(bytes, { bookmark, source: path })).events).toEqual(all.slice(index + 1));
  });

  it('is not believed when another log has taken the place of the file', async () => {
    const bookmark = { chunkOffset: HEADER, recordOffset: HEADER + 512, recordId: 77 };
    expect((await readLog(save('replaced.evtx', bytes), { bookmark })).events.length).toBe(300);
  });

  it.each(['', 'evtx:1:2', 'evtx:a:b:c', 'evtx:-1:2:3'])('is nothing when its text is %j', (text) => {
    expect(parseBookmark(text)).toBeUndefined();
  });
});

describe('damage', () => {
  interface Case {
    readonly what: string;
    readonly damage: (bytes: Buffer) => Buffer;
    readonly events: number;
    readonly codes: readonly string[];
    readonly refusals?: number;
  }
  const perChunk = chunksOf(sampleLog(300, 200)).map(
    (chunk) => Number(chunk.readBigUInt64LE(32) - chunk.readBigUInt64LE(24)) + 1,
  );
  const [first, second] = perChunk as [number, number, ...number[]];
  const set =
    (at: number, ...values: number[]) =>
    (bytes: Buffer): Buffer => {
      bytes.set(values, at);
      return bytes;
    };
  const cases: readonly Case[] = [
    { what: 'an empty file', damage: () => Buffer.alloc(0), events: 0, codes: ['EMPTY'] },
    { what: 'a file cut in its header', damage: (b) => b.subarray(0, 100), events: 0, codes: ['EMPTY'] },
    { what: 'a header without signature', damage: set(0, 0x58), events: 300, codes: ['HEADER'] },
    { what: 'a header with a wrong checksum', damage: set(124, 1, 2, 3, 4), events: 300, codes: ['HEADER'] },
    { what: 'no header at all', damage: (b) => b.subarray(HEADER), events: 300, codes: ['HEADER'] },
    {
      what: 'a chunk header with a wrong checksum',
      damage: set(HEADER + 124, 0, 0, 0, 0),
      events: 300,
      codes: ['CHECKSUM'],
    },
    {
      what: 'records with a wrong checksum',
      damage: set(HEADER + 60_000, 0x41, 0x42),
      events: 300,
      codes: ['CHECKSUM'],
    },
    {
      what: 'a chunk without signature',
      damage: set(HEADER + CHUNK, 0x58),
      events: 300,
      codes: ['CHECKSUM'],
    },
    {
      what: 'a chunk overwritten with zeros',
      damage: (b) => b.fill(0, HEADER + CHUNK, HEADER + 2 * CHUNK),
      events: 300 - second,
      codes: ['CHUNK'],
    },
    {
      what: 'bytes put in between chunks',
      damage: (b) =>
        Buffer.concat([b.subarray(0, HEADER + CHUNK), Buffer.alloc(100, 0x61), b.subarray(HEADER + CHUNK)]),
      events: 300,
      codes: ['CHUNK'],
    },
    {
      what: 'bytes lost inside a chunk',
      damage: (b) => Buffer.concat([b.subarray(0, HEADER + CHUNK - 4000), b.subarray(HEADER + CHUNK)]),
      events: 300 - 4,
      codes: ['RECORD', 'TRUNCATED'],
    },
    {
      what: 'a record without signature, whose templates the others still find',
      damage: set(HEADER + 512, 0),
      events: 299,
      codes: ['CHECKSUM', 'RECORD'],
    },
    {
      what: 'a template definition that is no binary XML',
      damage: set(HEADER + 512 + 24 + 4 + 10 + 24, 0x99),
      events: 300 - first,
      codes: ['CHECKSUM', 'TEMPLATE'],
      refusals: first,
    },
    {
      what: 'a file that ends inside a chunk',
      damage: (b) => b.subarray(0, HEADER + 2 * CHUNK + 512),
      events: first + second,
      codes: ['TRUNCATED'],
    },
    {
      what: 'space behind the last chunk that was never written',
      damage: (b) => Buffer.concat([b, Buffer.alloc(3 * CHUNK, 0xd6)]),
      events: 300,
      codes: [],
    },
  ];

  it.each(cases)('$what', async ({ what, damage, events, codes, refusals = 0 }) => {
    const bytes = damage(sampleLog(300, 200));
    for (const input of [bytes, save(`${what}.evtx`, bytes)]) {
      const log = await readLog(input);
      const found = new Set(
        [...log.findings, ...log.refusals].map(({ code }) => code.slice('PC_SOURCE_EVTX_'.length)),
      );
      expect([...found].sort()).toEqual(codes);
      expect(log.refusals.length).toBe(refusals);
      expect(log.events.length).toBe(events);
      expect(log.bytes).toBe(bytes.length);
    }
  });

  it('reads on in a log that was not closed, whose headers know less than was written', async () => {
    const bytes = writeEvtx(Array.from({ length: 20 }, (_, i) => sysmonStart(i)));
    const chunk = bytes.subarray(HEADER);
    const earlier = chunksOf(writeEvtx(Array.from({ length: 12 }, (_, i) => sysmonStart(i))))[0]!;
    // The header of twelve records over the records of twenty; the rest of the file header says one chunk.
    earlier.copy(chunk, 0, 0, 512);
    const log = await readLog(bytes);
    expect(log.events.length).toBe(20);
    expect(log.findings).toEqual([]);
  });
});

function chunksOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: (bytes.length - HEADER) / CHUNK }, (_, i) =>
    bytes.subarray(HEADER + i * CHUNK, HEADER + (i + 1) * CHUNK),
  );
}
