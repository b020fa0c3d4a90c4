import type { RefusalCode } from '../guard/index.ts';

/** What the guard must know before the host is isolated. */
export interface IsolationSituation {
  /** A person asked, and has said so: stand-down, interval and an isolation that is there already do not count. */
  readonly byPerson: boolean;
  /** Whether the kill switch is set; `undefined` when that could not be found out. */
  readonly isKilled: boolean | undefined;
  readonly isStoodDown: boolean;
  readonly isThisHost: boolean | undefined;
  readonly isIsolated: boolean;
  readonly nowMs: number;
  /** When the agent last isolated the host by itself. */
  readonly lastMs: number | undefined;
  readonly minIntervalMs: number;
  /** Addresses of destinations and of management that would still be reached. */
  readonly waysBack: number;
  /** A person has said that none is needed. */
  readonly noWayBack: boolean;
}

/** Every reason against isolating the host; none when it may be. Pure. */
export function findIsolationRefusals(situation: IsolationSituation): RefusalCode[] {
  const { byPerson, isKilled, isThisHost, nowMs, lastMs, minIntervalMs } = situation;
  const refusals: RefusalCode[] = [];
  if (isKilled !== false) refusals.push('PC_REFUSED_KILL_SWITCH');
  if (!byPerson) {
    if (situation.isStoodDown) refusals.push('PC_REFUSED_STOOD_DOWN');
    if (isThisHost !== true) refusals.push('PC_REFUSED_HOST');
    if (situation.isIsolated) refusals.push('PC_REFUSED_ISOLATED');
    // An isolation that lies in the future, because the clock was set back, counts as well.
    if (lastMs !== undefined && nowMs - lastMs < minIntervalMs) refusals.push('PC_REFUSED_ISOLATION_BUDGET');
  }
  if (situation.waysBack === 0 && !(byPerson && situation.noWayBack)) {
    refusals.push('PC_REFUSED_NO_WAY_BACK');
  }
  return refusals;
}
