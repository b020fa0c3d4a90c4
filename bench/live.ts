import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchRunner } from '../src/agent/batch-runner.ts';
import { leaveOutMiddleCompiler, leaveProcessorsFree, saveMemory } from '../src/agent/collection.ts';
import { openEngine } from '../src/agent/engine.ts';
import { GroupCommit } from '../src/agent/group-commit.ts';
import { loadConfig } from '../src/config/index.ts';
import { decodeEtwRecord } from '../src/event/index.ts';
import { EtwSource, type RecordObserver } from '../src/source/etw.ts';
import { Store } from '../src/store/index.ts';
import { ffiNames } from '../src/windows/functions.ts';
import {
  decodeRecords,
  defaultFfi,
  NativeSource,
  RecordStream,
  type SourceCounters,
} from '../src/windows/index.ts';
import { createMemoryLog } from '../test/support/memory-log.ts';
import { DoubleScript } from '../test/windows/live/double-script.ts';
import { openTestLibrary } from '../test/windows/live/open-test-library.ts';

/**
 * The live path at default buffers, from the double of ETW through the real library, reader thread,
 * model, rules and state file: what a burst loses, how long a start waits for its verdict, what a batch
 * costs, and whether memory stays flat. `node test/windows/bench.ts live`, under Wine on Linux.
 * PC_BENCH_STARTS sets the starts of the memory run (0: none); 720,000 are an hour at 200 a second.
 * PC_BENCH_FOLDER: where the state file is (the system's temporary folder).
 */

const SETTLE_MS = 3_000;
const MEMORY_STARTS = Number(process.env['PC_BENCH_STARTS'] ?? 720_000);
const MEMORY_RATE = 4_000;

const wanted = process.env['PC_BENCH_FFI'];
const ffi = ffiNames.find((name) => name === wanted) ?? defaultFfi();
leaveOutMiddleCompiler();
saveMemory();
leaveProcessorsFree();
const library = await openTestLibrary(ffi);
const etw = new DoubleScript('etw');
const folder = mkdtempSync(join(process.env['PC_BENCH_FOLDER'] ?? tmpdir(), 'live-'));
const { config } = loadConfig({ env: {} });
const store = Store.open(join(folder, 'state.db'));
/** Told at the moment of each verdict, which is when a response begins. */
let onVerdict: (record: number) => void = () => undefined;
const engine = await openEngine(config, store, {
  explains: () => true,
  response: { take: ({ event }) => onVerdict(event.position.record), acted: () => undefined },
});
const runner = new BatchRunner({
  engine,
  reopen: () => Promise.reject(new Error('the pipeline failed')),
  log: createMemoryLog(),
});

interface Burst {
  readonly starts: number;
  readonly perSecond: number;
  /** Of every start; 0 makes each the next one's. */
  readonly parentPid: number;
  /** Starts of one parent, after which another takes over; all by default. */
  readonly familySize?: number;
}

interface Measured {
  readonly scored: number;
  readonly counters: SourceCounters;
  /** From the ring to the verdict, ms. */
  readonly delaysMs: Float64Array;
}

await measureBatch();
await measureDelay();
await measureLoss('tree_of_4000', { starts: 4_000, perSecond: 1_000_000, parentPid: 0 });
await measureLoss('10000_per_s_for_10_s', { starts: 100_000, perSecond: 10_000, parentPid: 4 });
if (MEMORY_STARTS > 0) await measureMemory();
await runner.close();
store.close();
rmSync(folder, { recursive: true });

async function measureLoss(name: string, burst: Burst): Promise<void> {
  const { scored, counters } = await play(burst);
  report(`${name}.starts`, burst.starts, '');
  report(`${name}.lost`, burst.starts - scored, '');
  report(`${name}.dropped`, counters.dropped, '');
  report(`${name}.alone`, counters.aloneWindow + counters.aloneCapacity, '');
  report(`${name}.ring_peak`, counters.ringBytesPeak / 1024, 'KB');
}

async function measureDelay(): Promise<void> {
  // In the first seconds the reader thread starts and the code of both is compiled.
  const warmUp = 800;
  const { delaysMs } = await play({
    starts: warmUp + 4_000,
    perSecond: 200,
    parentPid: 4,
    familySize: 100,
  });
  const steady = delaysMs.subarray(warmUp).toSorted();
  for (const part of [0.5, 0.95, 0.99]) {
    report(`200_per_s.ring_to_verdict_p${part * 100}`, steady[Math.floor(steady.length * part)]!, 'ms');
  }
  report('200_per_s.ring_to_verdict_max', steady.at(-1)!, 'ms');
}

async function measureMemory(): Promise<void> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(process.memoryUsage.rss() / 2 ** 20), 1_000);
  const { scored } = await play({ starts: MEMORY_STARTS, perSecond: MEMORY_RATE, parentPid: 4 });
  clearInterval(timer);
  report('memory.starts', scored, '');
  for (const part of [0.1, 0.25, 0.5, 0.75, 1]) {
    const at = Math.min(Math.floor(samples.length * part), samples.length - 1);
    report(`memory.rss_after_${part * 100}_percent`, samples[at]!, 'MB');
  }
}

/** What 256 starts of one batch cost from bytes to events, and on their way over from the reader. */
async function measureBatch(): Promise<void> {
  const source = NativeSource.openEtw(library);
  const stream = new RecordStream(source);
  const parts: Uint8Array[] = [];
  let count = 0;
  etw.say('burst', 256, 1_000_000, 100_000, 4);
  for await (const batch of stream) {
    parts.push(batch.bytes);
    count += batch.count;
    if (count >= 256) break;
  }
  const bytes = Buffer.concat(parts);
  const host = { id: undefined, name: 'PC-7' };
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round++) {
    const start = performance.now();
    let events = 0;
    decodeRecords(bytes, 'etw', {
      process(record) {
        if (decodeEtwRecord(record, host).kind === 'start') events++;
      },
      winEvent: () => undefined,
      control: () => undefined,
      unknown: () => undefined,
      malformed: (message) => {
        throw new Error(message);
      },
    });
    least = Math.min(least, performance.now() - start);
    if (round === 0) report('batch.first_decoded', performance.now() - start, 'ms');
    if (events !== 256) throw new Error(`${events} starts instead of 256`);
  }
  report('batch.bytes', bytes.length, '');
  report('batch.decoded', least, 'ms');
}

async function play(burst: Burst): Promise<Measured> {
  const ringMs = new Map<number, number>();
  const observe: RecordObserver = (record, arrivalUs) => {
    if (record.kind === 'start') ringMs.set(record.position.record, record.timeMs + arrivalUs / 1000);
  };
  const source = new EtwSource(
    {
      library,
      host: { id: undefined, name: 'PC-7' },
      onNotice: (notice) => {
        if (notice.kind === 'loss') report('loss', notice.events, '');
      },
      clock: { nowMs: () => Date.now() },
    },
    observe,
  );
  const stop = new AbortController();
  const delaysMs: number[] = [];
  onVerdict = (record) => {
    delaysMs.push(performance.timeOrigin + performance.now() - ringMs.get(record)!);
    ringMs.delete(record);
    if (delaysMs.length >= burst.starts) stop.abort();
  };
  const commits = new GroupCommit(runner, config.source.batchSize, () => Promise.resolve());
  sayBurst(burst);
  const playMs = (burst.starts / burst.perSecond) * 1_000;
  const timer = setTimeout(() => stop.abort(), playMs + SETTLE_MS);
  const reading = (async () => {
    for await (const batch of source.batches({ batchSize: config.source.batchSize, signal: stop.signal })) {
      await commits.take(source.name, batch);
    }
  })();
  await Promise.race([reading, commits.failure]);
  await commits.flush();
  commits.stop();
  clearTimeout(timer);
  return {
    scored: delaysMs.length,
    counters: source.stats().captures['etw']!,
    delaysMs: Float64Array.from(delaysMs),
  };
}

function sayBurst({ starts, perSecond, parentPid, familySize = starts }: Burst): void {
  for (let told = 0; told < starts; told += familySize) {
    const count = Math.min(familySize, starts - told);
    etw.say('burst', count, perSecond, 100_000 + 4 * told, parentPid === 0 ? 0 : parentPid + 4 * told);
  }
}

function report(name: string, value: number, unit: string): void {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(3));
  process.stdout.write(`${JSON.stringify({ name: `live.${ffi}.${name}`, value: rounded, unit })}\n`);
}
