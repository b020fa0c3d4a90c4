import { ffiNames } from '../src/windows/functions.ts';
import { loadFfi } from '../src/windows/load-ffi.ts';

/**
 * What one call into a DLL costs through each FFI package, blocking and on a pool thread, and the memory
 * that many of the latter leave behind. For Windows, or `node test/windows/bench.ts ffi` on Linux. One
 * package a run keeps their memory apart: PC_BENCH_FFI names it.
 */

const CALLS = 200_000;
const ROUNDS = 3;

const functions = {
  GetTickCount64: { result: 'u64', parameters: [] },
  QueryPerformanceCounter: { result: 'i32', parameters: ['address'] },
} as const;

const name = process.env['PC_BENCH_FFI'] ?? ffiNames[0];
if (name !== 'ffi-napi' && name !== 'koffi') throw new Error(`PC_BENCH_FFI is ${name}`);
const kernel = (await loadFfi(name)).bind('kernel32.dll', functions);
const counter = Buffer.alloc(8);

report('no_argument', await best(() => repeat(() => kernel.GetTickCount64())), 'µs');
report('one_buffer', await best(() => repeat(() => kernel.QueryPerformanceCounter(counter))), 'µs');
report('rss_before_background', residentMb(), 'MB');
report('background', await best(repeatInBackground, 1), 'µs');
report('rss_after_background', residentMb(), 'MB');

function repeat(call: () => unknown): void {
  for (let index = 0; index < CALLS; index++) call();
}

/** As many at a time as Node has pool threads. */
async function repeatInBackground(): Promise<void> {
  for (let index = 0; index < CALLS; index += 4) {
    await Promise.all(Array.from({ length: 4 }, () => kernel.GetTickCount64.inBackground()));
  }
}

/** Microseconds a call, of the best round. */
async function best(run: () => void | Promise<void>, rounds = ROUNDS): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run();
    least = Math.min(least, ((performance.now() - start) * 1000) / CALLS);
  }
  return least;
}

function residentMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function report(what: string, value: number, unit: string): void {
  process.stdout.write(
    `${JSON.stringify({ name: `ffi.${name}.${what}`, value: Number(value.toPrecision(3)), unit })}\n`,
  );
}
