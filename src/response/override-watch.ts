import { uptime } from 'node:os';
import type { Clock } from '../event/index.ts';
import { isInForce, type Override } from './policy/index.ts';

/**
 * The override that holds now. It is over when either clock says so, the one on the wall or the one that only runs
 * forward, and what was over once stays over: setting the clock back must not keep anybody armed.
 */
export class OverrideWatch {
  readonly #read: () => Override | undefined;
  readonly #clock: Clock;
  readonly #steadyMs: () => number;
  readonly #onOver: () => void;
  #seen: { readonly key: string; readonly endsMs: number; readonly isTold: boolean } | undefined;

  /**
   * `onOver`: takes what is over out of where it is read from, so that the next run, by a clock that was set back
   * meanwhile, does not find it in force. `steadyMs`: since the system was started, in ms.
   */
  constructor(
    read: () => Override | undefined,
    clock: Clock,
    onOver: () => void = () => undefined,
    steadyMs: () => number = systemUptimeMs,
  ) {
    this.#read = read;
    this.#clock = clock;
    this.#onOver = onOver;
    this.#steadyMs = steadyMs;
  }

  get current(): Override | undefined {
    const override = this.#read();
    if (override === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const steadyMs = this.#steadyMs();
    const key = JSON.stringify(override);
    const isNow = isInForce(override, nowMs);
    if (this.#seen?.key !== key) {
      const byWallMs = isNow ? steadyMs + override.untilMs - nowMs : Number.POSITIVE_INFINITY;
      this.#seen = { key, endsMs: Math.min(byWallMs, endOf(override)), isTold: false };
    }
    if (nowMs >= override.untilMs)
      this.#seen = { ...this.#seen, endsMs: Math.min(steadyMs, this.#seen.endsMs) };
    if (steadyMs >= this.#seen.endsMs && !this.#seen.isTold) {
      this.#seen = { ...this.#seen, isTold: true };
      this.#onOver();
    }
    return isNow && steadyMs < this.#seen.endsMs ? override : undefined;
  }
}

export function systemUptimeMs(): number {
  return uptime() * 1_000;
}

/**
 * When its time is over by the system's running time. That is never too early: a system that was started again since
 * has run for less than what has passed.
 */
function endOf({ fromMs, untilMs, fromUptimeMs }: Override): number {
  return fromUptimeMs === undefined ? Number.POSITIVE_INFINITY : fromUptimeMs + untilMs - fromMs;
}
