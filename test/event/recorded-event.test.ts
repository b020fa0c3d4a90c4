import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson, type HostEvent, toRecordedDocument } from '../../src/event/index.ts';
import { formatExactTimestamp, formatTimestamp, parseTimeMs } from '../../src/event/timestamp.ts';
import { openFileSource } from '../../src/source/index.ts';

const position = { source: 'recording', record: 7, offset: 99 };
const samples = join(import.meta.dirname, '../../samples');

function readBack(event: HostEvent): unknown {
  return decodeJson(JSON.stringify(toRecordedDocument(event)), position);
}

/** What decoders hand on: text that is neither empty nor the dash Windows writes for nothing. */
const present = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((text) => text !== '-');
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const text = maybe(present);
const pid = maybe(fc.integer({ min: 0, max: 0xffffffff }));
const flag = maybe(fc.boolean());
/** From 1990 to 2100 in the ticks of Windows. */
const time = fc
  .bigInt({ min: 6_311_520_000_000_000n, max: 41_024_448_000_000_000n })
  .map((ticks) => Number(ticks / 10_000n) + Number(ticks % 10_000n) / 10_000);
const digest = (digits: number): fc.Arbitrary<string | undefined> =>
  maybe(
    fc
      .array(fc.constantFrom(...'123456789abcdef'), { minLength: digits, maxLength: digits })
      .map((all) => all.join('')),
  );
const entityId = maybe(fc.uuid().map((id) => id.toUpperCase()));

const identity = { pid, entityId, name: text, executable: text, commandLine: text };
const processOf = (startMs: fc.Arbitrary<number | undefined>) =>
  fc.record({
    ...identity,
    name: present,
    args: maybe(fc.array(present, { maxLength: 4 })),
    startMs,
    workingDirectory: text,
    originalFileName: text,
    pe: fc.record({ company: text, description: text, product: text, fileVersion: text }),
    hash: fc.record({ md5: digest(32), sha1: digest(40), sha256: digest(64), imphash: digest(32) }),
    signature: fc.record({ exists: flag, trusted: flag, subjectName: text, status: text }),
    token: fc.record({
      integrityLevel: text,
      elevated: flag,
      elevationType: text,
      winlogElevationType: text,
      mandatoryLabel: text,
    }),
    logonId: maybe(fc.integer({ min: 1 }).map((id) => `0x${id.toString(16)}`)),
    parent: fc.record({ ...identity, startMs: maybe(time) }),
  });

/** Whole lists: a recording does not keep that one was cut. */
const groups = fc
  .tuple(fc.uniqueArray(present, { minLength: 1, maxLength: 4 }), fc.uniqueArray(present, { maxLength: 4 }))
  .map(([ids, names]) => ({
    ids,
    names,
    hasAllIds: ids.length >= names.length,
    hasAllNames: names.length >= ids.length,
  }));

const common = fc.record({
  id: present,
  timeMs: time,
  provider: fc.constantFrom('sysmon', 'security', 'defend', 'etw', 'ecs'),
  host: fc.record({ id: text, name: text }),
  user: fc.record({ id: text, name: text, domain: text, groups: maybe(groups) }),
});
const reference = { pid, entityId, executable: text };
const port = maybe(fc.integer({ min: 0, max: 65_535 }));

const anyEvent = fc
  .tuple(
    common,
    fc.oneof(
      fc.record({ kind: fc.constant('start'), action: text, process: processOf(time) }),
      fc.record({ kind: fc.constant('running'), process: processOf(maybe(time)) }),
      fc.record({ kind: fc.constant('end'), ...reference }),
      fc.record({
        kind: fc.constant('network'),
        ...reference,
        transport: text,
        sourceIp: text,
        sourcePort: port,
        destinationIp: text,
        destinationPort: port,
        destinationDomain: text,
      }),
      fc.record({ kind: fc.constant('dns'), ...reference, question: text, answers: fc.array(present) }),
    ),
    fc.boolean(),
  )
  .map(([shared, own, isUnconfirmed]) => {
    const timestamp = formatExactTimestamp(shared.timeMs);
    const event = {
      ...shared,
      timestamp,
      position,
      ...own,
      ...(isUnconfirmed ? { isUnconfirmed } : {}),
    } as HostEvent;
    if (event.kind !== 'running') return event;
    const { pid, entityId, executable } = event.process;
    return { ...event, pid, entityId, executable };
  });

describe('a recorded event', () => {
  it('is read back as it was, whatever its kind and reporter', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(readBack(event)).toEqual(event);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read back as it was for every event of the samples', async () => {
    const kinds = new Set<string>();
    for await (const { events } of openFileSource([samples]).batches({ batchSize: 100 })) {
      for (const event of events) {
        kinds.add(`${event.provider} ${event.kind}`);
        expect(readBack(event)).toEqual({ ...event, position });
      }
    }
    expect([...kinds].sort()).toEqual(['security start', 'sysmon start']);
  });
});

describe('formatExactTimestamp', () => {
  it('is read back as the same number', () => {
    fc.assert(
      fc.property(time, (timeMs) => {
        expect(parseTimeMs(formatExactTimestamp(timeMs) ?? '')).toBe(timeMs);
      }),
    );
  });

  it('writes whole milliseconds as formatTimestamp does, and nothing for what no date is', () => {
    expect(formatExactTimestamp(1_714_564_800_123)).toBe(formatTimestamp(1_714_564_800_123));
    expect(formatExactTimestamp(9e15)).toBeUndefined();
  });
});
