import type { ProcessEvent } from '../event/index.ts';

/**
 * Both captures stamp a start within a few milliseconds of each other, Sysmon's cut to milliseconds; a
 * pid does not come back that soon.
 */
export const toleranceMs = 50;
const mostStarts = 10_000;

/** Whether two captures report the same start. */
export function isSameStart(a: ProcessEvent, b: ProcessEvent): boolean {
  return a.process.pid === b.process.pid && a.process.pid !== undefined && isSameTime(a, startMsOf(b));
}

/** The latest starts that one capture told, for what the other says of them. Goes by no clock, which may be set. */
export class StartMemory {
  readonly #startMsByPid = new Map<number, number>();

  remember(event: ProcessEvent): void {
    const pid = event.process.pid;
    if (pid === undefined) return;
    this.#startMsByPid.delete(pid);
    this.#startMsByPid.set(pid, startMsOf(event));
    if (this.#startMsByPid.size <= mostStarts) return;
    const [oldest] = this.#startMsByPid.keys();
    this.#startMsByPid.delete(oldest!);
  }

  /** Whether this start was remembered; it is not any more. */
  take(event: ProcessEvent): boolean {
    const pid = event.process.pid;
    const startMs = pid === undefined ? undefined : this.#startMsByPid.get(pid);
    if (pid === undefined || startMs === undefined || !isSameTime(event, startMs)) return false;
    return this.#startMsByPid.delete(pid);
  }
}

function isSameTime(event: ProcessEvent, startMs: number): boolean {
  return Math.abs(startMsOf(event) - startMs) <= toleranceMs;
}

function startMsOf(event: ProcessEvent): number {
  return event.process.startMs ?? event.timeMs;
}
