import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the watching thread is given. */
export interface WatchdogOrder {
  /** Two 32-bit numbers: beats of the main thread, and whether the watch is over. */
  readonly beats: SharedArrayBuffer;
  readonly stalledAfterMs: number;
  readonly lastWords: string;
}

/** What ends the process from beside the main thread when it is not told for too long that all is well. */
export interface Watchdog {
  beat(): void;
  close(): void;
}

export type OpenWatchdog = (stalledAfterMs: number, lastWords: string) => Watchdog;

const beatEveryMs = 1_000;
const thread = new URL(`./watchdog-thread${extname(import.meta.filename)}`, import.meta.url);
/** It does next to nothing, and still costs some 12 MB. */
const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * Ends the process when its main thread has not turned for `stalledAfterMs`, at most twice that and some seconds.
 */
export function watchMainThread(stalledAfterMs: number, open: OpenWatchdog): { stop(): void } {
  const lastWords = `error The main thread does not turn; ending the process silentForMs=${stalledAfterMs}\n`;
  const watchdog = open(stalledAfterMs, lastWords);
  const timer = setInterval(() => watchdog.beat(), beatEveryMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      watchdog.close();
    },
  };
}

/**
 * Whether somebody may start the process again when it ends: Windows' service controller, or systemd, which names every start
 * in `INVOCATION_ID`. Elsewhere a run that stands still is better left standing, to be looked at.
 */
export function isSupervised(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return platform === 'win32' || Boolean(env['INVOCATION_ID']);
}

/** A thread of Node's, for where the native library is not. */
export function openWatchThread(stalledAfterMs: number, lastWords: string): Watchdog {
  const beats = new SharedArrayBuffer(8);
  const counter = new Int32Array(beats);
  const workerData: WatchdogOrder = { beats, stalledAfterMs, lastWords };
  const worker = new Worker(thread, { workerData, name: 'watchdog', resourceLimits });
  // It must not keep a process alive that has nothing left to do.
  worker.unref();
  return {
    beat: () => Atomics.add(counter, 0, 1),
    close() {
      Atomics.store(counter, 1, 1);
      Atomics.notify(counter, 1);
    },
  };
}
