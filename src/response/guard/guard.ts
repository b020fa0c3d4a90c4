import type { BudgetRefusal } from './budget.ts';
import type { RefusalCode } from './refusals.ts';

/** What is known of a process when the guard is asked. `undefined` could not be found out. */
export interface GuardFacts {
  readonly pid: number | undefined;
  /** Whether the event was of this very host. */
  readonly isThisHost: boolean | undefined;
  /** `match`: the process that runs under the pid was created when the event says. */
  readonly identity: 'match' | 'mismatch' | undefined;
  readonly isExiting: boolean | undefined;
  /** Whether it is the agent, its service host, or an ancestor or a child of the agent. */
  readonly isOwn: boolean | undefined;
  readonly isCritical: boolean | undefined;
  /** PS_PROTECTION byte; 0 is none. */
  readonly protection: number | undefined;
  readonly isSession: boolean | undefined;
  readonly isProtectedImage: boolean | undefined;
  readonly account: 'ordinary' | 'service' | undefined;
  readonly isExcepted: boolean;
  readonly isDebugged: boolean | undefined;
  /** Since its creation, ms. */
  readonly ageMs: number | undefined;
  readonly hasCommandLine: boolean;
  readonly hasParent: boolean;
  /** Whether what told of the start could not have been written by just anybody. */
  readonly isConfirmed: boolean;
}

/** What the guard must know besides the process. */
export interface GuardSituation {
  /** Whether the kill switch is set; `undefined` when that could not be found out. */
  readonly isKilled: boolean | undefined;
  readonly isStoodDown: boolean;
  readonly scope: 'inside' | 'unknown';
  readonly budget: BudgetRefusal | undefined;
  /** A person named this process and saw its facts: neither its age nor the event's evidence counts. */
  readonly byPerson: boolean;
  readonly serviceAccounts: boolean;
  readonly maxAgeMs: number;
}

/** Clocks of event and host may differ by this much before a start lies in the future. */
const maxAheadMs = 2_000;

/**
 * Why the process may not be acted on, in the order of the table; none means that it may. Whatever is not known
 * forbids.
 */
export function findRefusals(facts: GuardFacts, situation: GuardSituation): RefusalCode[] {
  const refusals: RefusalCode[] = [];
  const refuseIf = (isForbidden: boolean, code: RefusalCode): void => {
    if (isForbidden) refusals.push(code);
  };
  refuseIf(situation.isKilled !== false, 'PC_REFUSED_KILL_SWITCH');
  refuseIf(situation.isStoodDown, 'PC_REFUSED_STOOD_DOWN');
  refuseIf(situation.scope !== 'inside', 'PC_REFUSED_SCOPE');
  refuseIf(facts.isThisHost !== true, 'PC_REFUSED_HOST');
  refuseIf(!isActablePid(facts.pid), 'PC_REFUSED_PID');
  refuseIf(facts.identity === 'mismatch', 'PC_REFUSED_IDENTITY');
  refuseIf(facts.identity === undefined, 'PC_REFUSED_IDENTITY_UNKNOWN');
  refuseIf(facts.isExiting !== false, 'PC_REFUSED_EXITING');
  refuseIf(facts.isOwn !== false, 'PC_REFUSED_AGENT');
  refuseIf(facts.isCritical !== false, 'PC_REFUSED_CRITICAL');
  refuseIf(facts.protection !== 0, 'PC_REFUSED_PROTECTED');
  refuseIf(facts.isSession !== false, 'PC_REFUSED_SESSION');
  refuseIf(facts.isProtectedImage !== false, 'PC_REFUSED_PROTECTED_IMAGE');
  refuseIf(
    facts.account === undefined || (facts.account === 'service' && !situation.serviceAccounts),
    'PC_REFUSED_SERVICE_ACCOUNT',
  );
  refuseIf(facts.isExcepted, 'PC_REFUSED_EXCEPTION');
  refuseIf(facts.isDebugged !== false, 'PC_REFUSED_DEBUGGED');
  if (!situation.byPerson) {
    refuseIf(!isFresh(facts.ageMs, situation.maxAgeMs), 'PC_REFUSED_AGE');
    refuseIf(!facts.hasCommandLine || !facts.hasParent || !facts.isConfirmed, 'PC_REFUSED_EVIDENCE');
  }
  if (situation.budget !== undefined) refusals.push(situation.budget);
  return refusals;
}

/** Whether Windows means this very process by the pid: it ignores the low two bits, and 0 and 4 are its own. */
export function isActablePid(pid: number | undefined): pid is number {
  return pid !== undefined && Number.isSafeInteger(pid) && pid > 4 && pid % 4 === 0 && pid <= 0xffff_fffc;
}

function isFresh(ageMs: number | undefined, maxAgeMs: number): boolean {
  // Comparisons with NaN are false.
  return ageMs !== undefined && ageMs >= -maxAheadMs && ageMs <= maxAgeMs;
}
