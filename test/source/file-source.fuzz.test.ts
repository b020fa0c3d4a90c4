import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFileSource } from '../../src/source/index.ts';
import { writeEvtx } from '../support/evtx-writer.ts';
import { writeZip } from '../support/zip-writer.ts';

/** Raised by PC_FUZZ_RUNS for longer hunts. */
const runs = Number(process.env['PC_FUZZ_RUNS'] ?? 150);
const timeoutMs = Math.max(120_000, runs * 400);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = Array.from({ length: 30 }, (_, index) => ({
  '@timestamp': '2024-05-01T12:00:00Z',
  event: { kind: 'event', category: ['process'], type: ['start'] },
  process: { pid: index, name: `p${index}.exe`, command_line: 'a "b" {c} \\ d' },
}));
const lines = Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
const log = writeEvtx(
  documents.map(({ process }) => ({
    provider: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    version: 5,
    time: '2024-05-01T12:00:00Z',
    computer: 'ws',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    data: [
      ['UtcTime', '2024-05-01 12:00:00.000'],
      ['ProcessId', String(process.pid), 'uint32'],
      ['Image', `C:\\${process.name}`],
    ],
  })),
);

const seeds: Readonly<Record<string, Buffer>> = {
  'lines.ndjson': lines,
  'list.json': Buffer.from(JSON.stringify(documents, undefined, 1)),
  'wide.json': Buffer.from(`\ufeff${lines.toString()}`, 'utf16le'),
  'log.evtx': log,
  'lines.ndjson.gz': gzipSync(lines),
  'log.evtx.gz': gzipSync(log),
  'both.zip': writeZip({ 'a.json': lines, 'b.evtx': log }),
};

const mutation = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bytes: fc.constant(new Uint8Array()) }),
  fc.record({
    kind: fc.constant('drop' as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(seed: Buffer, { kind, at, bytes }: Mutation): Buffer {
  const place = seed.length === 0 ? 0 : at % seed.length;
  const head = seed.subarray(0, place);
  if (kind === 'cut') return Buffer.from(head);
  const skipped = kind === 'insert' ? 0 : bytes.length;
  return Buffer.concat([head, kind === 'drop' ? Buffer.alloc(0) : bytes, seed.subarray(place + skipped)]);
}

describe.each(Object.keys(seeds))('damage to %s', (name) => {
  it(
    'never stops the reading, and every record and byte is accounted for',
    async () => {
      const path = join(folder, name);
      const isPlain = !/\.(?:gz|zip)$/.test(name);
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
          const bytes = mutations.reduce(mutate, seeds[name]!);
          writeFileSync(path, bytes);
          let bytesRead = 0;
          let bytesSkipped = 0;
          for await (const batch of openFileSource([path], { maxLineBytes: 4096 }).batches({
            batchSize: 8,
          })) {
            const { events, filtered, rejections, recordsRead } = batch;
            expect(recordsRead).toBe(events.length + filtered + rejections.length);
            bytesRead += batch.bytesRead;
            bytesSkipped += batch.bytesSkipped;
          }
          expect(bytesSkipped).toBeLessThanOrEqual(bytesRead);
          if (isPlain) expect(bytesRead).toBe(bytes.length);
        }),
        { numRuns: runs },
      );
    },
    timeoutMs,
  );
});
