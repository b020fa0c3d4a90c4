import { setTimeout as delay } from 'node:timers/promises';

/** Time that passes, as opposed to the time of day: never steps. Injected, so that tests need not wait. */
export interface Timers {
  /** Milliseconds since some moment. */
  nowMs(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The system's monotonic clock. Waiting does not keep the process alive unless `keepAlive` says so. */
export function createTimers(keepAlive = true): Timers {
  return {
    nowMs: () => performance.now(),
    async wait(ms, signal) {
      if (signal.aborted) return;
      try {
        await delay(Math.min(ms, 2_147_483_647), undefined, { signal, ref: keepAlive });
      } catch {
        // Aborted: the wait is over.
      }
    },
  };
}
