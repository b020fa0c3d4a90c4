import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeEvtx } from '../../support/evtx-writer.ts';
import { sharedData } from '../../support/shared-data.ts';
import { readLog } from './read-log.ts';
import { sampleLog, securityStart, sysmonStart } from './sample-events.ts';

/** Raised by PC_FUZZ_RUNS for longer hunts. */
const runs = Number(process.env['PC_FUZZ_RUNS'] ?? 150);
const timeoutMs = Math.max(120_000, runs * 400);

type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number; readonly size: number }
  | { readonly kind: 'cut'; readonly at: number; readonly size: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly at: number };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** Places are fractions of the file; half of them are drawn to where structure is: headers and first records. */
const structural = fc.oneof(
  place,
  place.map((at) => at / 30),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      at: structural,
      value: fc.oneof(
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom(0, 1, 0x0c, 0x21, 0x41, 0x7f, 0x81, 0xff),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('copy' as const),
      from: structural,
      to: structural,
      size: fc.integer({ min: 1, max: 5000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: place,
      size: fc.integer({ min: 1, max: 70_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), at: place }) },
);

function mutate(seed: Buffer, mutations: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(seed);
  for (const m of mutations) {
    const at = (fraction: number): number => Math.floor(fraction * bytes.length);
    if (bytes.length === 0) return bytes;
    if (m.kind === 'set') bytes[at(m.at)] = m.value;
    else if (m.kind === 'copy') bytes.copy(bytes, at(m.to), at(m.from), at(m.from) + m.size);
    else if (m.kind === 'cut')
      bytes = Buffer.concat([bytes.subarray(0, at(m.at)), bytes.subarray(at(m.at) + m.size)]);
    else if (m.kind === 'insert')
      bytes = Buffer.concat([bytes.subarray(0, at(m.at)), m.bytes, bytes.subarray(at(m.at))]);
    else bytes = bytes.subarray(0, at(m.at));
  }
  return bytes;
}

/** No crash, no hang, every byte covered once, every finding and event inside the file. */
async function expectSoundReading(bytes: Buffer): Promise<void> {
  const startMs = performance.now();
  const log = await readLog(bytes);
  expect(log.bytes).toBe(bytes.length);
  for (const { offset, bytesSkipped } of log.findings) {
    expect(offset + bytesSkipped).toBeLessThanOrEqual(bytes.length);
  }
  for (const { position, eventId } of log.events) {
    expect(position.offset).toBeLessThan(bytes.length);
    expect(Number.isFinite(eventId)).toBe(true);
  }
  // A reading takes milliseconds; this is for the ones that go round for ever.
  expect(performance.now() - startMs).toBeLessThan(20_000);
}

describe('damaged logs are read to the end', () => {
  const seeds = [
    sampleLog(90, 50),
    writeEvtx([securityStart, sysmonStart(1), securityStart, sysmonStart(2)]),
    writeEvtx(Array.from({ length: 5 }, () => securityStart)),
  ];

  it(
    'mutated logs of the writer',
    async () => {
      const property = fc.asyncProperty(
        fc.constantFrom(...seeds.keys()),
        fc.array(mutation, { minLength: 1, maxLength: 12 }),
        (seed, mutations) => expectSoundReading(mutate(seeds[seed]!, mutations)),
      );
      await fc.assert(property, { numRuns: runs });
    },
    timeoutMs,
  );

  it(
    'bytes with nothing of a log but signatures',
    async () => {
      const part = fc.oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom('ElfFile\0', 'ElfChnk\0', '**\0\0').map((text) => Buffer.from(text, 'latin1')),
      );
      const property = fc.asyncProperty(fc.array(part, { maxLength: 60 }), (parts) =>
        expectSoundReading(Buffer.concat(parts)),
      );
      await fc.assert(property, { numRuns: runs });
    },
    timeoutMs,
  );

  const corpus = sharedData('data/evtx');
  it.skipIf(corpus === undefined)(
    `mutated logs of the shared corpus${corpus === undefined ? ' (not there)' : ''}`,
    async () => {
      const files = readdirSync(corpus!, { recursive: true })
        .map((name) => join(corpus!, String(name)))
        .filter((path) => path.endsWith('.evtx') && statSync(path).size < 200_000)
        .sort();
      const property = fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(mutation, { minLength: 1, maxLength: 20 }),
        (path, mutations) => expectSoundReading(mutate(readFileSync(path), mutations)),
      );
      await fc.assert(property, { numRuns: runs });
    },
    timeoutMs,
  );
});
