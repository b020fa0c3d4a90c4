import { type Action, type ActionEnd, type ActionSubject, userKey } from './action.ts';
import { endWithout } from './action-ecs.ts';
import type { EvidenceCollector, EvidenceDraft } from './evidence/index.ts';
import { Budget, findRefusals, type RefusalCode, type SpentAction } from './guard/index.ts';
import { type Inquiry, type Inspection, inspect } from './inspection.ts';
import type { ProcessAct, ProcessTarget } from './process-port.ts';
import type { ResponseParts } from './response-parts.ts';

/** An action that somebody wants, not yet judged. */
export interface Proposal extends Inquiry {
  readonly action: Omit<Action, 'end' | 'subject'>;
  /** How long a suspended process waits for a second decision; `undefined` leaves it to a person. */
  readonly holdMs: number | undefined;
  /** The agent suspended it itself, and its budget was spent then. */
  readonly isHeld: boolean;
}

const hourMs = 3_600_000;
/** Longer than ending a tree may take; what is still there and frozen then is resumed. */
const treeMs = 30_000;

/** Refusals of the native layer's own checks, by what they are here. */
const nativeRefusals: Readonly<Record<string, RefusalCode>> = {
  PC_E_PID: 'PC_REFUSED_PID',
  PC_E_IDENTITY: 'PC_REFUSED_IDENTITY',
  PC_E_NOT_FOUND: 'PC_REFUSED_IDENTITY',
  PC_E_UNVERIFIABLE: 'PC_REFUSED_IDENTITY_UNKNOWN',
  PC_E_EXITED: 'PC_REFUSED_EXITING',
  PC_E_SELF: 'PC_REFUSED_AGENT',
  PC_E_CRITICAL: 'PC_REFUSED_CRITICAL',
  PC_E_PROTECTED: 'PC_REFUSED_PROTECTED',
  PC_E_TREE_LIMIT: 'PC_REFUSED_TREE',
};

/** Takes an action from proposal to outcome: look, judge, write down, act, write down. */
export class ActionCarrier {
  readonly #parts: ResponseParts;
  readonly #budget: Budget;
  /** What an armed policy would have spent; it never stands down. */
  readonly #auditBudget = new Budget();
  #countedFromMs: number;
  readonly #keeping = new Set<Promise<void>>();

  constructor(parts: ResponseParts) {
    const { journal, clock } = parts;
    this.#parts = parts;
    this.#countedFromMs = journal.countedFromMs;
    this.#budget = new Budget(journal.spentSince(Math.max(this.#countedFromMs, clock.nowMs() - hourMs)));
  }

  /** `undefined` when the same action was taken before. */
  async carryOut(proposal: Proposal): Promise<Action | undefined> {
    const { journal, audience } = this.#parts;
    const inspection = await inspect(this.#parts, proposal);
    // From here to the begin of the action nothing waits: no other action can come between.
    const refusals = this.#judge(proposal, inspection);
    const action: Action = { ...proposal.action, subject: proposal.subject, end: undefined };
    const isAudit = action.mode === 'audit' && !proposal.byPerson;
    if (refusals.length > 0 || isAudit || inspection.found === undefined) {
      const nowMs = this.#parts.clock.nowMs();
      const end = endWithout(nowMs, refusals.length > 0 ? 'refused' : 'audited', refusals);
      const recorded = { ...action, end };
      if (!journal.record(recorded)) return undefined;
      audience.action(recorded);
      return recorded;
    }
    const { found, descendants } = inspection;
    if (!journal.begin(action)) return undefined;
    this.#holdBefore(proposal, found, descendants);
    const { imagePath } = inspection;
    const evidence = action.verb === 'terminate' ? this.#parts.evidence?.() : undefined;
    const draft = await evidence?.begin(found, imagePath);
    const done = { ...action, end: await this.#act(proposal, found) };
    journal.finish(action.id, done.end);
    this.#releaseAfter(proposal, done.end, found);
    audience.action(done);
    if (evidence !== undefined && draft !== undefined) this.#keep(evidence, draft, done);
    return done;
  }

  /** Waits until what was gathered is on the disk. */
  async settle(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping);
  }

  /** Off to the side: another process may be waiting, suspended, for its decision. */
  #keep(evidence: EvidenceCollector, draft: EvidenceDraft, action: Action): void {
    const { audience, clock } = this.#parts;
    const keeping = evidence.keep(draft, action, clock.nowMs()).then(
      () => undefined,
      (error: unknown) => audience.failed('Evidence could not be kept', error),
    );
    this.#keeping.add(keeping);
    void keeping.finally(() => this.#keeping.delete(keeping));
  }

  #judge(proposal: Proposal, { facts, treeRefusals }: Inspection): RefusalCode[] {
    const { journal, isKilled, settings, clock, audience } = this.#parts;
    const { policy } = settings();
    const isAudit = proposal.action.mode === 'audit' && !proposal.byPerson;
    const situation = {
      isKilled: isKilled(),
      // In audit mode there is nothing to stand down from.
      isStoodDown: journal.standDown !== undefined && !isAudit && !proposal.byPerson,
      scope: proposal.scope,
      budget: undefined,
      byPerson: proposal.byPerson,
      serviceAccounts: policy.serviceAccounts,
      maxAgeMs: policy.maxAgeMs,
    };
    const refusals = [...findRefusals(facts, situation), ...treeRefusals];
    if (refusals.length > 0 || proposal.byPerson || proposal.isHeld) return refusals;
    this.#forgetWhatWasForgiven();
    const spent = spending(proposal.subject, clock.nowMs());
    const budget = isAudit ? this.#auditBudget : this.#budget;
    const refusal = budget.refuse(policy.budget, spent);
    if (refusal === undefined) {
      budget.spend(spent);
      return [];
    }
    if (!isAudit) {
      const standDown = { sinceMs: spent.atMs, reason: refusal, by: 'agent' };
      journal.standDown = standDown;
      audience.stoodDown(standDown);
    }
    return [refusal];
  }

  /** A person who arms the agent again, in whatever process, begins a new budget. */
  #forgetWhatWasForgiven(): void {
    const countedFromMs = this.#parts.journal.countedFromMs;
    if (countedFromMs === this.#countedFromMs) return;
    this.#countedFromMs = countedFromMs;
    this.#budget.reset();
  }

  /** Whatever might be found frozen after a crash is written down before it is touched. */
  #holdBefore({ action, subject, holdMs }: Proposal, found: ProcessTarget, others: readonly ProcessTarget[]) {
    const { journal, clock } = this.#parts;
    const sinceMs = clock.nowMs();
    const common = { subject, target: action.target, sinceMs };
    if (action.verb === 'suspend') {
      const due = holdMs === undefined ? undefined : sinceMs + holdMs;
      const kind = holdMs === undefined ? 'person' : 'decision';
      const { pid, createdMs } = found;
      journal.hold({ ...common, id: action.id, kind, pid, createdMs, dueMs: due });
    } else if (action.verb === 'terminate' && action.target === 'tree') {
      for (const { pid, createdMs } of [found, ...others]) {
        const id = `${action.id}/${pid}`;
        journal.hold({ ...common, id, kind: 'member', pid, createdMs, dueMs: sinceMs + treeMs });
      }
    }
  }

  /** Members of a tree that was not ended completely may be frozen: those stay written down. */
  #releaseAfter({ action }: Proposal, end: ActionEnd, found: ProcessTarget): void {
    const { journal } = this.#parts;
    if (action.verb === 'suspend') {
      const hold = journal.holds().find(({ id }) => id === action.id);
      if (hold === undefined || end.result === 'suspended') return;
      // A call that broke off may have suspended it all the same.
      if (end.code === undefined) journal.hold({ ...hold, kind: 'member', dueMs: end.atMs + treeMs });
      else journal.release(action.id);
    } else if (action.verb === 'terminate' && end.outcome === 'success') {
      for (const { id, pid, createdMs } of journal.holds()) {
        const isEnded = pid === found.pid && createdMs === found.createdMs;
        if (isEnded || id.startsWith(`${action.id}/`)) journal.release(id);
      }
    }
  }

  async #act({ action }: Proposal, found: ProcessTarget): Promise<ActionEnd> {
    const { control, clock } = this.#parts;
    let act: ProcessAct;
    let processes = 1;
    try {
      if (action.verb === 'terminate' && action.target === 'tree') {
        const tree = await control.terminateTree(found);
        act = tree;
        processes = tree.ended;
      } else {
        act = await control[action.verb](found);
      }
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { ...endWithout(clock.nowMs(), 'refused'), result: 'failed', cause };
    }
    const atMs = clock.nowMs();
    return endOf(act, atMs, processes, atMs - action.atMs);
  }
}

/** What a native act means for the journal. */
export function endOf(act: ProcessAct, atMs: number, processes: number, latencyMs: number): ActionEnd {
  const isDone = act.outcome === 'suspended' || act.outcome === 'resumed' || act.outcome === 'terminated';
  const refusal = nativeRefusals[act.code];
  const isOpen = act.outcome === 'pending' || act.outcome === 'gone';
  return {
    atMs,
    outcome: isDone && act.code === 'PC_OK' ? 'success' : isOpen ? 'unknown' : 'failure',
    refusals: refusal === undefined ? [] : [refusal],
    result: act.outcome,
    code: act.code,
    cause: act.cause === '' ? undefined : act.cause,
    processes: isDone ? processes : 0,
    latencyMs,
  };
}

function spending({ user, image }: ActionSubject, atMs: number): SpentAction {
  return { atMs, user: userKey(user), image };
}
