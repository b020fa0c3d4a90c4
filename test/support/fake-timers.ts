import type { Timers } from '../../src/forward/index.ts';

interface Waiter {
  readonly dueMs: number;
  readonly resolve: () => void;
}

/** Time that passes only when a test says so. */
export class FakeTimers implements Timers {
  #nowMs = 1_000;
  #waiters: Waiter[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = { dueMs: this.#nowMs + ms, resolve };
      this.#waiters.push(waiter);
      signal.addEventListener(
        'abort',
        () => {
          this.#waiters = this.#waiters.filter((each) => each !== waiter);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Lets time pass, waking in order who waits for it, and lets what they do settle. */
  async pass(ms: number): Promise<void> {
    await this.settle();
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#waiters.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#waiters = this.#waiters.filter((each) => each !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.resolve();
      await this.settle();
    }
    this.#nowMs = endMs;
  }

  /** The machine sleeps: time passes, and nobody is woken by it. */
  sleep(ms: number): void {
    this.#nowMs += ms;
  }

  /** Runs what needs no time to pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
