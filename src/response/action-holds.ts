import type { Action, ActionEnd } from './action.ts';
import type { Hold } from './journal-port.ts';
import type { ProcessTarget } from './process-port.ts';

/** Longer than ending a process or a tree may take; what is still there and frozen then is resumed. */
const unsettledMs = 30_000;

/** What an action may suspend. */
export interface Freezing {
  readonly found: ProcessTarget;
  /** Members of its tree besides it. */
  readonly others: readonly ProcessTarget[];
  /** How long a suspended process waits for a second decision; `undefined` leaves it to a person. */
  readonly holdMs: number | undefined;
  /** It stands still while its evidence is gathered. */
  readonly forEvidence: boolean;
}

/** Whatever might be found frozen after a crash, to be written down before it is touched. */
export function holdsBefore(action: Action, sinceMs: number, freezing: Freezing): Hold[] {
  const { found, others, holdMs, forEvidence } = freezing;
  const { id, subject, target, verb } = action;
  const common = { subject, target, sinceMs };
  if (verb === 'suspend') {
    const kind = holdMs === undefined ? 'person' : 'decision';
    const dueMs = holdMs === undefined ? undefined : sinceMs + holdMs;
    return [{ ...common, id, kind, pid: found.pid, createdMs: found.createdMs, dueMs }];
  }
  const isTree = verb === 'terminate' && target === 'tree';
  const members = isTree ? [found, ...others] : forEvidence ? [found] : [];
  return members.map((member) => ({
    ...common,
    id: memberId(action, member),
    kind: 'member',
    pid: member.pid,
    createdMs: member.createdMs,
    dueMs: sinceMs + unsettledMs,
  }));
}

/** What is no longer held, or is held otherwise, once the action has ended so. */
export function holdsAfter(
  action: Action,
  end: ActionEnd,
  found: ProcessTarget,
  holds: readonly Hold[],
): { readonly released: readonly string[]; readonly changed: readonly Hold[] } {
  if (action.verb === 'suspend') {
    const own = holds.filter(({ id }) => id === action.id);
    if (end.result === 'suspended') return { released: [], changed: [] };
    // A call that broke off may have suspended it all the same.
    if (end.code !== undefined) return { released: own.map(({ id }) => id), changed: [] };
    const dueMs = end.atMs + unsettledMs;
    return { released: [], changed: own.map((hold) => ({ ...hold, kind: 'member', dueMs })) };
  }
  // Members of a tree that was not ended completely may be frozen: those stay written down, unless it was called off.
  const isUntried = end.result === 'refused' && end.code === undefined;
  if (action.verb !== 'terminate' || (end.outcome !== 'success' && !isUntried)) {
    return { released: [], changed: [] };
  }
  const isOver = ({ id, pid, createdMs }: Hold): boolean =>
    id.startsWith(`${action.id}/`) || (!isUntried && pid === found.pid && createdMs === found.createdMs);
  return { released: holds.filter(isOver).map(({ id }) => id), changed: [] };
}

export function memberId({ id }: Action, { pid }: ProcessTarget): string {
  return `${id}/${pid}`;
}
