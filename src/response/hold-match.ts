import type { ActionSubject } from './action.ts';
import type { Hold } from './journal-port.ts';

/** A number of milliseconds keeps 300 ns of a creation time. */
const roundingMs = 0.0003;

/** Whether this process is the one held, by whichever of its names each of the two is known. */
export function isHoldOn({ pid, createdMs }: Hold, { target }: ActionSubject): boolean {
  if (target?.pid !== pid) return false;
  return Math.abs(target.createdMs - createdMs) <= Math.max(target.toleranceMs, roundingMs);
}
