import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessEvent } from '../../src/event/index.ts';
import {
  type FileSourceOptions,
  openFileSource,
  type Rejection,
  type SourceBatch,
} from '../../src/source/index.ts';
import { type WrittenEvent, writeEvtx } from '../support/evtx-writer.ts';
import { writeZip } from '../support/zip-writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-source-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function line(name: string): string {
  return `{"@timestamp":"2024-05-01T12:00:00Z","process":{"name":"${name}"}}`;
}

function lines(...names: string[]): string {
  return `${names.map(line).join('\n')}\n`;
}

function record(index: number, eventId = 1): WrittenEvent {
  return {
    provider: 'Microsoft-Windows-Sysmon',
    eventId,
    version: 5,
    time: '2024-05-01T12:00:00.1234567Z',
    computer: 'ws',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    data: [
      ['UtcTime', '2024-05-01 12:00:00.123'],
      ['ProcessId', String(index), 'uint32'],
      ['Image', `C:\\${index}.exe`],
    ],
  };
}

interface Reading {
  readonly batches: readonly SourceBatch[];
  readonly names: readonly (string | undefined)[];
  readonly rejections: readonly Rejection[];
  readonly records: number;
  readonly bytesRead: number;
  readonly bytesSkipped: number;
}

async function read(
  paths: readonly string[],
  options: FileSourceOptions & { batchSize?: number; bookmark?: string } = {},
): Promise<Reading> {
  const { batchSize = 100, bookmark, ...rest } = options;
  const batches: SourceBatch[] = [];
  const source = openFileSource(paths, rest);
  for await (const batch of source.batches({ batchSize, ...(bookmark === undefined ? {} : { bookmark }) })) {
    expect(batch.recordsRead).toBe(batch.events.length + batch.filtered + batch.rejections.length);
    batches.push(batch);
  }
  const sum = (field: 'recordsRead' | 'bytesRead' | 'bytesSkipped') =>
    batches.reduce((total, batch) => total + batch[field], 0);
  return {
    batches,
    names: batches.flatMap(({ events }) =>
      events.map((event) => (event as Partial<ProcessEvent>).process?.name),
    ),
    rejections: batches.flatMap(({ rejections }) => rejections),
    records: sum('recordsRead'),
    bytesRead: sum('bytesRead'),
    bytesSkipped: sum('bytesSkipped'),
  };
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('what is read', () => {
  const content = lines('a', 'b', 'c');

  it.skipIf(process.platform === 'win32')('may be a named pipe, whatever its name', async () => {
    for (const [name, bytes, names] of [
      ['pipe.ndjson', content, ['a', 'b', 'c']],
      ['pipe', content, ['a', 'b', 'c']],
      ['pipe.evtx', writeEvtx([record(1)]), ['1.exe']],
      ['63', gzipSync(writeEvtx([record(1)])), ['1.exe']],
    ] as const) {
      const path = join(folder, name);
      execFileSync('mkfifo', [path]);
      const writing = writeFile(path, bytes);
      expect((await read([path])).names).toEqual(names);
      await writing;
    }
  });

  it.each<[string, () => string | Buffer]>([
    ['a.ndjson', () => content],
    ['a.jsonl', () => content],
    ['a.json', () => content],
    ['A.NDJSON', () => content],
    ['list.json', () => `[${['a', 'b', 'c'].map(line).join(',')}]`],
    [
      'pretty.json',
      () => ['a', 'b', 'c'].map((name) => JSON.stringify(JSON.parse(line(name)), undefined, 2)).join('\n'),
    ],
    ['marked.json', () => `\ufeff${content}`],
    ['utf16.json', () => Buffer.from(`\ufeff${content}`, 'utf16le')],
    ['a.ndjson.gz', () => gzipSync(content)],
    ['members.json.gz', () => Buffer.concat([gzipSync(lines('a')), gzipSync(lines('b', 'c'))])],
    [
      'a.zip',
      () => writeZip({ 'one.json': Buffer.from(lines('a')), 'two.ndjson': Buffer.from(lines('b', 'c')) }),
    ],
    ['stored.zip', () => writeZip({ 'x/one.json': Buffer.from(content) }, { stored: true })],
    ['packed.zip', () => writeZip({ 'one.json.gz': gzipSync(content), 'readme.txt': Buffer.from('no') })],
  ])('%s', async (name, make) => {
    const { names, rejections } = await read([write(`kinds/${name}`, make())]);
    expect(rejections).toEqual([]);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, (log: Buffer) => Buffer]>([
    ['a.evtx', (log) => log],
    ['a.evtx.gz', (log) => gzipSync(log)],
    ['evtx.zip', (log) => writeZip({ 'a.evtx': log })],
  ])('%s', async (name, pack) => {
    const log = writeEvtx([record(1), record(2, 11), record(3, 5)]);
    const { batches, bytesRead, rejections } = await read([write(`kinds/${name}`, pack(log))]);
    expect(rejections).toEqual([]);
    expect(batches[0]!.events.map(({ kind }) => kind)).toEqual(['start', 'end']);
    expect(batches[0]!.filtered).toBe(1);
    expect(bytesRead).toBe(log.length);
  });

  it('standard input, of either content, compressed or not', async () => {
    const log = writeEvtx([record(1)]);
    for (const bytes of [Buffer.from(content), gzipSync(content)]) {
      expect((await read(['-'], { stdin: inPieces(bytes, 7) })).names).toEqual(['a', 'b', 'c']);
    }
    for (const bytes of [log, gzipSync(log)]) {
      expect((await read(['-'], { stdin: inPieces(bytes, 1000) })).names).toEqual(['1.exe']);
    }
    expect((await read(['-'], { stdin: inPieces(Buffer.alloc(0), 1) })).batches).toEqual([]);
  });

  it('folders, by name and whatever the depth', async () => {
    write('tree/b.json', lines('b'));
    write('tree/B.json', lines('B'));
    write('tree/a/z.json', lines('a/z'));
    write('tree/notes.txt', 'no');
    const outside = write('outside.json', lines('outside'));
    symlinkSync(outside, join(folder, 'tree/c.json'));
    symlinkSync(join(folder, 'tree'), join(folder, 'tree/round'));
    expect((await read([join(folder, 'tree')])).names).toEqual(['B', 'a/z', 'b', 'outside']);
  });

  it('patterns, in order, and paths that only look like patterns', async () => {
    write('glob/2.json', lines('2'));
    write('glob/1.json', lines('1'));
    write('glob/x/3.json', lines('3'));
    const odd = write('glob/[1].json', lines('odd'));
    const root = join(folder, 'glob').replaceAll(sep, '/');
    expect((await read([`${root}/?.json`])).names).toEqual(['1', '2']);
    expect((await read([`${root}/**/*.json`])).names).toEqual(['1', '2', 'odd', '3']);
    expect((await read([odd])).names).toEqual(['odd']);
  });

  it('every file once, in the order of the arguments', async () => {
    const b = write('twice/b.json', lines('b'));
    write('twice/a.json', lines('a'));
    expect((await read([b, join(folder, 'twice'), b])).names).toEqual(['b', 'a']);
  });

  it.each<[string, () => string | Buffer]>([
    ['events.log', () => content],
    ['indented', () => `\n  ${content}`],
    ['marked.txt', () => `\ufeff${content}`],
    ['utf16.txt', () => Buffer.from(`\ufeff${content}`, 'utf16le')],
    ['packed.bak', () => gzipSync(content)],
    ['packed.gz', () => gzipSync(content)],
    ['archive.dat', () => writeZip({ 'one.json': Buffer.from(content) })],
  ])('a file that is named, by its first bytes where its name says nothing: %s', async (name, make) => {
    const { names, rejections } = await read([write(`unnamed/${name}`, make())]);
    expect(rejections).toEqual([]);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('an event log under another name, and one that a format says it is', async () => {
    const log = writeEvtx([record(1)]);
    for (const bytes of [log, gzipSync(log)]) {
      expect((await read([write('unnamed/log.bak', bytes)])).names).toEqual(['1.exe']);
    }
    expect((await read([write('unnamed/log.bak', log)], { format: 'evtx' })).names).toEqual(['1.exe']);
    const text = write('unnamed/text.bak', content);
    expect((await read([text], { format: 'evtx' })).rejections).toMatchObject([
      { code: 'PC_SOURCE_EVTX_EMPTY', position: { source: text } },
    ]);
  });

  it('no file that neither its name nor its first bytes tell, unless a format is set', async () => {
    const path = write('unnamed/notes.txt', `notes\n${content}`);
    expect((await read([path])).rejections).toMatchObject([
      { code: 'PC_SOURCE_KIND', position: { source: path } },
    ]);
    expect((await read([path], { format: 'ecs' })).names).toEqual(['a', 'b', 'c']);
    expect((await read([write('unnamed/empty', '')])).batches).toEqual([]);
  });
});

describe('what cannot be read is a rejection, and the rest goes on', () => {
  it('for paths that lead nowhere', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const good = write('good.json', lines('good'));
    const { names, rejections } = await read([
      join(folder, 'missing.json'),
      join(folder, 'none-*.json'),
      join(folder, 'empty'),
      good,
    ]);
    expect(names).toEqual(['good']);
    expect(rejections.map(({ code }) => code)).toEqual(Array(3).fill('PC_SOURCE_MISSING'));
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'for files that are not ours',
    async () => {
      const path = write('secret.json', lines('a'));
      chmodSync(path, 0);
      const { rejections } = await read([path]);
      expect(rejections).toMatchObject([{ code: 'PC_SOURCE_UNREADABLE' }]);
    },
  );

  it('for lines that are no events, with the place of each', async () => {
    const content = `${line('a')}\n{"broken\n[]\n\n{"process":{"name":"b","pid":-1}}\n${line('c')}\n`;
    const path = write('bad.ndjson', content);
    const { names, rejections, bytesRead } = await read([path]);
    expect(names).toEqual(['a', 'c']);
    expect(rejections.map(({ code, position }) => [code, position.source, position.record])).toEqual([
      ['PC_EVENT_JSON', path, 2],
      ['PC_EVENT_SHAPE', path, 3],
      ['PC_EVENT_FIELD', path, 5],
    ]);
    expect(rejections[2]!.message).toContain('process.pid');
    expect(rejections[0]!.position.offset).toBe(line('a').length + 1);
    expect(bytesRead).toBe(Buffer.byteLength(content));
  });

  it('for a list that breaks off between two documents, told once and at the end', async () => {
    const content = `[${line('a')},\n${line('b')},\n`;
    const path = write('cut-list.json', content);
    const { batches, names, rejections, bytesRead } = await read([path], { batchSize: 1 });
    expect(names).toEqual(['a', 'b']);
    expect(rejections).toMatchObject([
      { code: 'PC_EVENT_JSON', position: { source: path, offset: content.length } },
    ]);
    expect(rejections[0]!.message).toContain('the list is not closed');
    expect(bytesRead).toBe(content.length);
    for (const [index, { bookmark }] of batches.entries()) {
      const rest = await read([path], { batchSize: 1, bookmark });
      expect(rest.rejections).toHaveLength(index < 2 ? 1 : 0);
    }
    const packed = write('cut-list.json.gz', gzipSync(content).subarray(0, -8));
    expect((await read([packed])).rejections).toMatchObject([{ code: 'PC_SOURCE_COMPRESSED' }]);
  });

  it('but not for a list that goes on when the reading is stopped', async () => {
    const stop = new AbortController();
    async function* endless() {
      yield Buffer.from(`[${line('a')},\n`);
      await new Promise(() => undefined);
    }
    const rejections: Rejection[] = [];
    const source = openFileSource(['-'], { stdin: endless() });
    for await (const batch of source.batches({ batchSize: 10, signal: stop.signal })) {
      rejections.push(...batch.rejections);
      stop.abort();
    }
    expect(rejections).toEqual([]);
  });

  it('for lines too long, whose bytes are counted', async () => {
    const long = 'x'.repeat(300_000);
    const content = `${line('a')}\n${long}\n${line('b')}\n`;
    const path = write('long.ndjson', content);
    const reading = await read([path], { maxLineBytes: 1000 });
    expect(reading.names).toEqual(['a', 'b']);
    expect(reading.rejections).toMatchObject([{ code: 'PC_SOURCE_RECORD_SIZE', position: { record: 2 } }]);
    expect([reading.bytesRead, reading.bytesSkipped]).toEqual([content.length, long.length]);
  });

  it('for text between documents, but not for evtx_dump’s headings', async () => {
    const pretty = JSON.stringify(JSON.parse(line('a')), undefined, 2);
    const headed = write('headed.json', `Record 1\n${pretty}\nRecord 2\n${pretty}\n`);
    expect(await read([headed])).toMatchObject({ names: ['a', 'a'], rejections: [] });
    const noisy = write('noisy.json', `[${line('a')}, what, ${line('b')}]`);
    const { names, rejections } = await read([noisy]);
    expect(names).toEqual(['a', 'b']);
    expect(rejections).toMatchObject([{ code: 'PC_EVENT_JSON' }]);
  });

  const many = lines(
    ...Array.from({ length: 5000 }, (_, index) => `process-${index}-${(index * 7919) % 1000}`),
  );

  it('for gzip cut short or altered, after what comes out before', async () => {
    const packed = gzipSync(many);
    const altered = Buffer.from(packed);
    altered[packed.length - 6]! ^= 0xff;
    const cut = write('cut.ndjson.gz', packed.subarray(0, packed.length >> 1));
    const first = await read([cut, write('good.json', lines('good'))]);
    expect(first.rejections.at(-1)).toMatchObject({
      code: 'PC_SOURCE_COMPRESSED',
      position: { source: cut },
    });
    expect(first.names.length).toBeGreaterThan(1000);
    expect(first.names.at(-1)).toBe('good');
    expect(await read([cut, write('good.json', lines('good'))])).toEqual(first);
    const wrong = await read([write('altered.ndjson.gz', altered)]);
    expect(wrong.names).toHaveLength(5000);
    expect(wrong.rejections).toMatchObject([{ code: 'PC_SOURCE_COMPRESSED' }]);
    const few = Buffer.from(gzipSync(lines('a', 'b', 'c')));
    few[few.length - 1]! ^= 0xff;
    expect(await read([write('few.ndjson.gz', few)])).toMatchObject({
      names: ['a', 'b', 'c'],
      rejections: [{ code: 'PC_SOURCE_COMPRESSED' }],
    });
    const followed = Buffer.concat([
      gzipSync(lines(...Array.from({ length: 20 }, (_, index) => `n${index * 7919}`))),
      Buffer.from('no gzip'),
    ]);
    expect((await read([write('followed.ndjson.gz', followed)])).names.length).toBeGreaterThan(5);
    const none = await read([write('none.ndjson.gz', 'this is no gzip')]);
    expect(none.rejections).toMatchObject([{ code: 'PC_SOURCE_COMPRESSED' }]);
  });

  it('for archives damaged, encrypted or of nothing we read', async () => {
    const archive = writeZip({ 'a.json': Buffer.from(many), 'b.json': Buffer.from(lines('b')) });
    const altered = Buffer.from(archive);
    altered.fill(0xff, 2000, 2100);
    for (const [name, bytes, expected] of [
      ['cut.zip', archive.subarray(0, 3000), 0],
      ['encrypted.zip', writeZip({ 'a.json': Buffer.from(many) }, { encrypted: true }), 0],
      ['other.zip', writeZip({ 'readme.txt': Buffer.from(many) }), 0],
    ] as const) {
      const { names, rejections } = await read([write(name, bytes)]);
      expect(names).toHaveLength(expected);
      expect(rejections).toMatchObject([{ code: 'PC_SOURCE_COMPRESSED' }]);
    }
    const odd = writeZip({ 'a.json': Buffer.from(lines('a')), 'b.json': Buffer.from(lines('b')) });
    // The method of the first entry, in the directory at the end: bzip2.
    odd.writeUInt16LE(12, odd.indexOf('PK\x01\x02') + 10);
    const inner = writeZip({ 'inner.zip': archive, 'b.json': Buffer.from(lines('b')) });
    for (const [name, bytes, why] of [
      ['odd.zip', odd, /method 12/],
      ['nested.zip', inner, /archive in an archive/],
    ] as const) {
      const { names, rejections } = await read([write(name, bytes)]);
      expect(names).toEqual(['b']);
      expect(rejections).toMatchObject([
        { code: 'PC_SOURCE_COMPRESSED', message: expect.stringMatching(why) },
      ]);
    }
    const partly = await read([write('partly.zip', altered)]);
    expect(partly.names.at(-1)).toBe('b');
    expect(partly.rejections.map(({ code }) => code)).toContain('PC_SOURCE_COMPRESSED');
  });

  it('for an archive on standard input, which has no end to begin with', async () => {
    const stdin = inPieces(writeZip({ 'a.json': Buffer.from(lines('a')) }), 16);
    const { rejections } = await read(['-'], { stdin });
    expect(rejections).toMatchObject([{ code: 'PC_SOURCE_COMPRESSED', position: { source: '-' } }]);
  });

  it('for a file taken for EVTX that is none', async () => {
    const path = write('long.evtx', Buffer.alloc(9_000, 'not a log '));
    const { rejections, bytesRead } = await read([path]);
    expect(rejections).toMatchObject([{ code: 'PC_SOURCE_EVTX_HEADER', position: { source: path } }]);
    expect(bytesRead).toBe(9_000);
  });

  it('for an EVTX file of which nothing was copied', async () => {
    const path = write('nothing.evtx', '');
    const { rejections } = await read([path]);
    expect(rejections).toMatchObject([{ code: 'PC_SOURCE_EVTX_EMPTY', position: { source: path } }]);
  });

  it('for an EVTX file that is none', async () => {
    const path = write('none.evtx', 'ElfFile?');
    const { rejections, bytesRead, bytesSkipped } = await read([path, write('good.json', lines('good'))]);
    expect(rejections).toMatchObject([{ code: 'PC_SOURCE_EVTX_EMPTY', position: { source: path } }]);
    expect(bytesRead - bytesSkipped).toBe(lines('good').length);
  });
});

describe('batches', () => {
  const names = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  function makeInputs(): string[] {
    const log = writeEvtx(
      Array.from({ length: 700 }, (_, index) => record(index + 1, index % 7 === 0 ? 11 : 1)),
    );
    return [
      write('resume/1.ndjson', `${lines(...names(40, 'plain'))}not json\n${lines('after')}`),
      write('resume/2.evtx', log),
      write('resume/3.json', Buffer.from(`\ufeff[${names(30, 'list').map(line).join(',\r\n')}]`, 'utf16le')),
      write('resume/4.ndjson.gz', gzipSync(lines(...names(40, 'gzip')))),
      write(
        'resume/5.zip',
        writeZip({
          'a.json': Buffer.from(lines(...names(20, 'a'))),
          'b.evtx': log,
          'c.json': Buffer.from(lines('c')),
        }),
      ),
      write('resume/6.json', lines('last')),
    ];
  }

  it('hold no more than asked for, and together the same whatever that is', async () => {
    const inputs = makeInputs();
    const whole = await read(inputs, { batchSize: 100_000 });
    expect(whole.batches).toHaveLength(1);
    for (const batchSize of [1, 7, 64]) {
      const pieces = await read(inputs, { batchSize });
      for (const { recordsRead } of pieces.batches) expect(recordsRead).toBeLessThanOrEqual(batchSize);
      expect({ ...pieces, batches: [] }).toEqual({ ...whole, batches: [] });
    }
  });

  it('can be resumed after each', async () => {
    const inputs = makeInputs();
    const whole = await read(inputs, { batchSize: 33 });
    let bytes = 0;
    for (const [index, { bookmark, bytesRead }] of whole.batches.entries()) {
      bytes += bytesRead;
      const rest = await read(inputs, { batchSize: 33, bookmark });
      expect(rest.batches).toEqual(whole.batches.slice(index + 1));
      expect(bytes + rest.bytesRead).toBe(whole.bytesRead);
    }
  });

  it('begin again where the bookmark leads nowhere, and say so', async () => {
    const [first, ...others] = makeInputs();
    const { batches, names: all } = await read([first!, ...others], { batchSize: 10 });
    for (const bookmark of [batches[0]!.bookmark, 'what', '{}']) {
      const inputs = bookmark === batches[0]!.bookmark ? others : [first!, ...others];
      const { rejections, names: found } = await read(inputs, { bookmark });
      expect(rejections[0]).toMatchObject({ code: 'PC_SOURCE_BOOKMARK' });
      expect(found).toEqual(all.slice(-found.length));
      expect(found.length).toBeGreaterThan(all.length - 50);
    }
  });

  it('end soon after the signal, at a place to resume from', async () => {
    const inputs = makeInputs();
    const stop = new AbortController();
    const taken: SourceBatch[] = [];
    const source = openFileSource(inputs);
    for await (const batch of source.batches({ batchSize: 10, signal: stop.signal })) {
      taken.push(batch);
      if (taken.length === 3) stop.abort();
    }
    const { bookmark } = taken.at(-1)!;
    const rest = await read(inputs, { batchSize: 10, bookmark });
    const whole = await read(inputs, { batchSize: 10 });
    expect([...taken, ...rest.batches]).toEqual(whole.batches);
  });

  it('give a line the same id wherever its file lies and however it is packed', async () => {
    const content = lines('a', 'b');
    const ids = async (path: string) =>
      (await read([path])).batches.flatMap(({ events }) => events.map(({ id }) => id));
    const plain = await ids(write('ids/a.json', content));
    expect(new Set(plain).size).toBe(2);
    expect(await ids(write('ids/elsewhere/b.ndjson.gz', gzipSync(content.replaceAll('\n', '\r\n'))))).toEqual(
      plain,
    );
    expect(await ids(write('ids/c.json', Buffer.from(`\ufeff${content}`, 'utf16le')))).toEqual(plain);
  });
});
