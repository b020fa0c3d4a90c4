import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the watching thread is given. */
export interface WatchdogOrder {
  /** Two 32-bit numbers: beats of the main thread, and whether the watch is over. */
  readonly beats: SharedArrayBuffer;
  readonly stalledAfterMs: number;
}

const beatEveryMs = 1_000;
const thread = new URL(`./watchdog-thread${extname(import.meta.filename)}`, import.meta.url);
/** It does next to nothing. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/** Ends the process when its main thread has not turned for `stalledAfterMs`, at most twice that. */
export function watchMainThread(stalledAfterMs: number): { stop(): void } {
  const beats = new SharedArrayBuffer(8);
  const counter = new Int32Array(beats);
  const workerData: WatchdogOrder = { beats, stalledAfterMs };
  const worker = new Worker(thread, { workerData, name: 'watchdog', resourceLimits });
  // It must not keep a process alive that has nothing left to do.
  worker.unref();
  const timer = setInterval(() => Atomics.add(counter, 0, 1), beatEveryMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      Atomics.store(counter, 1, 1);
      Atomics.notify(counter, 1);
    },
  };
}
