import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EtwProcessRecord, WinEvent } from '../../src/event/index.ts';
import { causeKind, field, origin, provenance, recordKind, signature } from '../../src/windows/abi.ts';
import type { ControlRecord } from '../../src/windows/control-record.ts';
import { decodeRecords } from '../../src/windows/record-decoder.ts';
import { type FieldToWrite, type RecordToWrite, writeRecords } from './record-writer.ts';

function decode(bytes: Uint8Array) {
  const seen = {
    processes: [] as EtwProcessRecord[],
    winEvents: [] as WinEvent[],
    controls: [] as ControlRecord[],
    unknown: [] as number[],
    malformed: [] as string[],
  };
  decodeRecords(bytes, 'etw', {
    process: (record) => seen.processes.push(record),
    winEvent: (event) => seen.winEvents.push(event),
    control: (record) => seen.controls.push(record),
    unknown: (kind) => seen.unknown.push(kind),
    malformed: (message) => seen.malformed.push(message),
  });
  return seen;
}

const start: RecordToWrite = {
  kind: recordKind.PROCESS_START,
  sequence: 0x1_0000_0002n,
  fields: [
    [field.PID, { u32: 4_242 }],
    [field.PARENT_PID, { u32: 4_000 }],
    [field.CREATE_TIME, { fileTime: 133_590_816_001_234_560n }],
    [field.IMAGE_PATH, { text: 'C:\\Windows\\System32\\certutil.exe' }],
    [field.COMMAND_LINE, { text: 'certutil -decode \ud800 a\0b' }],
    [field.USER_SID, { text: 'S-1-5-18' }],
    [field.MANDATORY_LABEL, { text: 'S-1-16-16384' }],
    [field.ELEVATED, { u32: 1 }],
    [field.ELEVATION_TYPE, { u32: 2 }],
    [field.LOGON_ID, { u64: 0x3e7n }],
    [field.SHA256, { bytes: Buffer.alloc(32, 0xab) }],
    [field.ORIGINAL_NAME, { text: 'CertUtil.exe' }],
    [field.SIGNATURE, { u32: signature.TRUSTED }],
    [field.SIGNER, { text: 'Microsoft Windows' }],
    [field.GROUP_SIDS, { bytes: Buffer.from('010100000000000100000000', 'hex') }],
    [field.GROUP_COUNT, { u32: 1 }],
    [60_000, { text: 'a field of a later version' }],
    [field.COMPANY, { text: '' }, provenance.FAILED],
  ],
};

describe('process records', () => {
  test('every field, with what is not captured left undefined', () => {
    const { processes, malformed } = decode(writeRecords([start]));
    expect(malformed).toEqual([]);
    expect(processes).toEqual([
      {
        kind: 'start',
        timeMs: 1_714_608_000_123 + 0.4567,
        timestamp: '2024-05-02T00:00:00.1234567Z',
        position: { source: 'etw', record: 0x1_0000_0002, offset: 0 },
        isManifestOnly: false,
        pid: 4_242,
        parentPid: 4_000,
        createdMs: 1_714_608_000_123 + 0.456,
        imagePath: 'C:\\Windows\\System32\\certutil.exe',
        imageNtPath: undefined,
        imageName: undefined,
        commandLine: 'certutil -decode \ud800 a\0b',
        userSid: 'S-1-5-18',
        userName: undefined,
        userDomain: undefined,
        groupSids: '010100000000000100000000',
        groupCount: 1,
        mandatoryLabel: 'S-1-16-16384',
        elevated: true,
        elevationType: 2,
        logonId: '0x3e7',
        sha256: 'ab'.repeat(32),
        originalFileName: 'CertUtil.exe',
        company: undefined,
        description: undefined,
        product: undefined,
        fileVersion: undefined,
        signature: 'trusted',
        signer: 'Microsoft Windows',
      },
    ]);
  });

  test.each([
    [recordKind.PROCESS_START, 'start'],
    [recordKind.PROCESS_END, 'end'],
    [recordKind.PROCESS_RUNNING, 'running'],
  ])('kind %i is %s', (kind, expected) => {
    expect(decode(writeRecords([{ kind, fields: [] }])).processes[0]!.kind).toBe(expected);
  });

  test.each([
    ['both providers', origin.CLASSIC | origin.MANIFEST | origin.PROCESS, false],
    ['the kernel’s logger', origin.CLASSIC, false],
    ['a list of what runs', origin.PROCESS, false],
    ['the manifest provider', origin.MANIFEST, true],
    ['the manifest provider, and asked the process', origin.MANIFEST | origin.PROCESS, true],
  ])('made of what %s told', (_, origins, isManifestOnly) => {
    const fields: FieldToWrite[] = [[field.ORIGINS, { u32: origins }]];
    const [record] = decode(writeRecords([{ kind: recordKind.PROCESS_START, fields }])).processes;
    expect(record).toMatchObject({ isManifestOnly });
  });
});

describe('event-log records', () => {
  test('data by name, the first of two alike, and names that objects have of themselves', () => {
    const { winEvents } = decode(
      writeRecords([
        {
          kind: recordKind.WINEVENT,
          fields: [
            [field.EVENT_ID, { u32: 1 }],
            [field.RECORD_ID, { u64: 77n }],
            [field.PROVIDER, { text: 'Microsoft-Windows-Sysmon' }],
            [field.COMPUTER, { text: 'host' }],
            [field.WINEVENT_VERSION, { u32: 5 }],
            [field.EVENT_DATA, { name: 'Image', value: 'C:\\a.exe' }],
            [field.EVENT_DATA, { name: 'Image', value: 'C:\\b.exe' }],
            [field.EVENT_DATA, { name: '__proto__', value: 'x' }],
            [field.EVENT_DATA, { name: 'Empty', value: '' }],
          ],
        },
      ]),
    );
    const event = winEvents[0]!;
    expect(event).toMatchObject({
      providerName: 'Microsoft-Windows-Sysmon',
      eventId: 1,
      version: 5,
      recordId: 77,
      computer: 'host',
      timeCreated: '2024-05-02T00:00:00.1234567Z',
    });
    expect(Object.keys(event.data)).toEqual(['Image', '__proto__', 'Empty']);
    expect(event.data['Image']).toBe('C:\\a.exe');
    expect(Object.entries(event.data).find(([name]) => name === '__proto__')?.[1]).toBe('x');
    expect(event.data['constructor']).toBeUndefined();
  });
});

test('control records', () => {
  const cause: FieldToWrite[] = [
    [field.CAUSE_KIND, { u32: causeKind.NTSTATUS }],
    [field.CAUSE_VALUE, { u32: 0xc000_0022 }],
    [field.CAUSE_API, { text: 'NtTraceControl' }],
  ];
  const { controls, unknown } = decode(
    writeRecords([
      { kind: recordKind.BOOKMARK, fields: [[field.BOOKMARK, { text: '<BookmarkList/>' }]] },
      { kind: recordKind.SESSION_STOPPED, fields: [[field.SESSION_NAME, { text: 'PC-Process' }], ...cause] },
      { kind: recordKind.SESSION_STARTED, fields: [[field.SESSION_NAME, { text: 'PC-Process' }]] },
      {
        kind: recordKind.LOSS,
        fields: [
          [field.LOST_EVENTS, { u64: 12n }],
          [field.LOST_BUFFERS, { u64: 3n }],
        ],
      },
      { kind: recordKind.GAP, fields: [[field.CHANNEL, { text: 'Security' }]] },
      { kind: recordKind.SOURCE_ERROR, fields: cause },
      { kind: 999, fields: [] },
    ]),
  );
  expect(unknown).toEqual([999]);
  const timestamp = '2024-05-02T00:00:00.1234567Z';
  expect(controls).toEqual([
    { kind: 'bookmark', timestamp, bookmark: '<BookmarkList/>' },
    {
      kind: 'session-stopped',
      timestamp,
      session: 'PC-Process',
      cause: 'NtTraceControl: NTSTATUS 0xc0000022',
    },
    { kind: 'session-started', timestamp, session: 'PC-Process', stoppedAt: undefined },
    { kind: 'loss', timestamp, events: 12, buffers: 3 },
    { kind: 'gap', timestamp, channel: 'Security', records: undefined },
    { kind: 'source-error', timestamp, cause: 'NtTraceControl: NTSTATUS 0xc0000022' },
  ]);
});

describe('a buffer that is not what it should be', () => {
  const sound = writeRecords([start, { kind: recordKind.BOOKMARK, fields: [] }, start]);

  test('cut anywhere: what is whole is handed over, the rest reported, nothing thrown', () => {
    for (let length = 0; length < sound.length; length++) {
      const { processes, malformed } = decode(sound.subarray(0, length));
      expect(processes.length).toBeLessThanOrEqual(1);
      expect(malformed.length).toBeLessThanOrEqual(1);
    }
  });

  test('a record with a broken field costs only itself', () => {
    const broken = Buffer.from(sound);
    broken.writeUInt32LE(0xffff_fff0, 32 + 4);
    const { processes, malformed } = decode(broken);
    expect(processes).toHaveLength(1);
    expect(malformed).toEqual([`field ${field.PID} of 4294967280 bytes ends beyond its record`]);
  });

  test('any bytes changed: never an exception, and no more records than there are headers', () => {
    const edits = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = Buffer.from(sound);
        for (const [at, value] of changes) bytes[at] = value;
        const seen = decode(bytes);
        const total = Object.values(seen).reduce((sum, list) => sum + list.length, 0);
        expect(total).toBeLessThanOrEqual(bytes.length / 32);
      }),
      { numRuns: 3_000 },
    );
  });

  test('noise: never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        decode(bytes);
      }),
      { numRuns: 3_000 },
    );
  });
});

test('whatever is written is read back', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const record = fc.record({
    pid: fc.nat(0xffff_ffff),
    commandLine: text,
    signer: fc.option(text, { nil: undefined }),
    sequence: fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), (wanted) => {
      const bytes = writeRecords(
        wanted.map(({ pid, commandLine, signer, sequence }) => ({
          kind: recordKind.PROCESS_START,
          sequence,
          fields: [
            [field.PID, { u32: pid }],
            [field.COMMAND_LINE, { text: commandLine }],
            signer === undefined
              ? [field.SIGNER, { text: '' }, provenance.ABSENT]
              : [field.SIGNER, { text: signer }],
          ],
        })),
      );
      const read = decode(bytes).processes.map(({ pid, commandLine, signer, position }) => ({
        pid,
        commandLine,
        signer,
        sequence: BigInt(position.record),
      }));
      expect(read).toEqual(wanted);
    }),
  );
});
