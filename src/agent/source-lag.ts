import type { HostEvent } from '../event/index.ts';

/** How far behind the clock a source may be that keeps up: event logs may hand records over minutes late. */
export const latenessMs = 300_000;

/**
 * Whether a live source still hands over what happened a while ago, such as what an event log has kept since the agent
 * ran last. Then no host is quiet: what it did is yet to come.
 */
export class SourceLag {
  #isBehind = true;
  #heardMs: number;

  /** `steadyMs`: a clock that does not jump, here and below. A source that was just opened may be behind. */
  constructor(steadyMs: number) {
    this.#heardMs = steadyMs;
  }

  /** Takes note of a batch; `nowMs` is the time of day, which events go by. */
  observe(events: readonly HostEvent[], hasMore: boolean, nowMs: number, steadyMs: number): void {
    this.#heardMs = steadyMs;
    let newestMs = Number.NEGATIVE_INFINITY;
    for (const { timestamp, timeMs } of events)
      if (timestamp !== undefined && timeMs > newestMs) newestMs = timeMs;
    // A batch without a time says nothing of its own but that nothing waits behind it.
    this.#isBehind =
      newestMs === Number.NEGATIVE_INFINITY ? this.#isBehind && hasMore : newestMs < nowMs - latenessMs;
  }

  /** One that has been silent for long has nothing more of old. */
  isBehind(steadyMs: number): boolean {
    return this.#isBehind && steadyMs - this.#heardMs < latenessMs;
  }
}
