import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { WatchdogOrder } from './watchdog.ts';

/*
 * Looks from a thread of its own whether the main thread still turns. One that does not can neither log nor stop by
 * itself, so that ending the process is what is left: the service controller starts it again, from its state file.
 */
const { beats, stalledAfterMs, lastWords } = workerData as WatchdogOrder;
const counter = new Int32Array(beats);
const stderrFd = 2;
/** A machine that wakes from sleep finds the time over before the main thread has had its turn. */
const graceMs = 5_000;

/** True when the watch is over. */
function isOverAfter(waitMs: number): boolean {
  return Atomics.wait(counter, 1, 0, waitMs) !== 'timed-out';
}

let last = Atomics.load(counter, 0);
while (!isOverAfter(stalledAfterMs)) {
  if (Atomics.load(counter, 0) === last) {
    if (isOverAfter(graceMs)) break;
    if (Atomics.load(counter, 0) !== last) continue;
    writeSync(stderrFd, `${new Date().toISOString()} ${lastWords}`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = Atomics.load(counter, 0);
}
