import { messageOf } from '../errors/index.ts';
import type { Action, ActionEnd } from './action.ts';
import { ActionBudget, type BudgetGrant, grantOf } from './action-budget.ts';
import { endWithout } from './action-ecs.ts';
import { holdsAfter, holdsBefore, memberId } from './action-holds.ts';
import type { EvidenceCollector, EvidenceDraft } from './evidence/index.ts';
import { findRefusals, type RefusalCode } from './guard/index.ts';
import { type Inquiry, type Inspection, inspect } from './inspection.ts';
import type { KnownStarts } from './known-starts.ts';
import type { ProcessAct, ProcessTarget } from './process-port.ts';
import { goneCodes } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';
import { boundTree, endTree, largestTree } from './tree-end.ts';

/** An action that somebody wants, not yet judged. */
export interface Proposal extends Inquiry {
  readonly action: Omit<Action, 'end' | 'subject'>;
  /** How long a suspended process waits for a second decision; `undefined` leaves it to a person. */
  readonly holdMs: number | undefined;
  /** The agent suspended it itself, and its budget was spent then. */
  readonly isHeld: boolean;
}

interface Freeze {
  /** `undefined` when the call broke off. */
  readonly isFrozen: boolean | undefined;
  readonly atMs: number;
}

/** What the guard says: why not, how many processes may be ended, or until when to wait and look again. */
type Judgement =
  | { readonly refusals: readonly RefusalCode[] }
  | { readonly grant: BudgetGrant }
  | { readonly wait: Promise<unknown> };

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
  PC_E_TREE_UNSTABLE: 'PC_REFUSED_TREE',
};

/** Takes an action from proposal to outcome: look, judge, write down, act, write down. */
export class ActionCarrier {
  readonly #parts: ResponseParts;
  readonly #known: KnownStarts;
  readonly #budget: ActionBudget;
  readonly #keeping = new Set<Promise<void>>();

  constructor(parts: ResponseParts, known: KnownStarts) {
    this.#parts = parts;
    this.#known = known;
    this.#budget = new ActionBudget(parts);
  }

  /** `undefined` when the same action was taken before. */
  async carryOut(proposal: Proposal): Promise<Action | undefined> {
    for (;;) {
      const inspection = await inspect(this.#parts, proposal, (member) => this.#spares(proposal, member));
      // From here to the begin of the action nothing waits: no other action can come between. A start that is judged
      // again, after a crash or with a batch that failed, takes nothing from the budget.
      if (this.#parts.journal.has(proposal.action.id)) return undefined;
      const judgement = this.#judge(proposal, inspection);
      if ('refusals' in judgement) return this.#recordOnly(proposal, judgement.refusals);
      if ('wait' in judgement) {
        await judgement.wait;
        continue;
      }
      const { grant } = judgement;
      try {
        return await this.#carryOutAllowed(proposal, inspection, grant);
      } finally {
        grant.settle(0);
      }
    }
  }

  /** What was told of a member's start spares it; a person may choose otherwise. */
  #spares({ byPerson, subject }: Proposal, member: ProcessTarget): boolean {
    return !byPerson && subject.rule !== undefined && this.#known.isSpared(member, subject.rule.id);
  }

  #recordOnly(
    proposal: Proposal,
    refusals: readonly RefusalCode[],
    bounded: Proposal['action'] = proposal.action,
  ): Action | undefined {
    const { journal, audience, clock } = this.#parts;
    const end = endWithout(clock.nowMs(), refusals.length > 0 ? 'refused' : 'audited', refusals);
    const recorded = { ...bounded, subject: proposal.subject, end };
    if (!journal.record(recorded)) return undefined;
    audience.action(recorded);
    return recorded;
  }

  async #carryOutAllowed(
    proposal: Proposal,
    { found, imagePath, descendants: others, treeSize }: Inspection,
    grant: BudgetGrant,
  ): Promise<Action | undefined> {
    const { journal, audience, clock } = this.#parts;
    const bounded = boundTree(proposal.action, treeSize, grant.mostProcesses);
    const isAudit = bounded.mode === 'audit' && !proposal.byPerson;
    if (isAudit || found === undefined) return this.#recordOnly(proposal, [], bounded);
    const { subject, isHeld } = proposal;
    const action: Action = { ...bounded, subject, ...(isHeld ? { isHeld } : {}), end: undefined };
    const evidence = action.verb === 'terminate' ? this.#parts.evidence?.() : undefined;
    // A tree is frozen as it is ended, and a held process stands still already.
    const forEvidence = evidence !== undefined && action.target === 'process' && !isHeld;
    const freezing = { found, others, holdMs: proposal.holdMs, forEvidence };
    if (!journal.begin(action, holdsBefore(action, clock.nowMs(), freezing))) return undefined;
    const freeze = forEvidence ? this.#freeze(found) : undefined;
    // Without evidence nothing comes between the journal and the act.
    const draft = evidence && (await evidence.begin(found, imagePath));
    const end: ActionEnd = {
      ...((draft && this.#findCallOff(proposal)) ?? (await this.#act(action, found, grant.mostProcesses))),
      ...(freeze?.isFrozen === true ? { stoppedMs: freeze.atMs - action.atMs } : {}),
    };
    grant.settle(end.processes);
    const after = holdsAfter(action, end, found, journal.holds());
    const isSpared = freeze !== undefined && end.outcome !== 'success';
    const isLoose = isSpared && (await this.#thaw(found, freeze));
    const loose = isLoose ? [memberId(action, found)] : [];
    try {
      for (const hold of after.changed) journal.hold(hold);
      journal.finish(action.id, end, isSpared ? loose : after.released);
    } catch (error) {
      // It is done, and whoever is told must hear of it; the next start looks into what it finds unfinished.
      audience.failed('The end of an action could not be written down', error);
    }
    const done = { ...action, end };
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

  #judge(proposal: Proposal, { facts, treeRefusals, treeSize }: Inspection): Judgement {
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
    if (refusals.length > 0) return { refusals };
    if (proposal.byPerson) return { grant: grantOf(largestTree) };
    const answer = this.#budget.take({ ...proposal, isAudit, treeSize });
    if (!('refusal' in answer)) return answer;
    if (!isAudit) {
      const standDown = { sinceMs: clock.nowMs(), reason: answer.refusal, by: 'agent' };
      journal.standDown = standDown;
      audience.stoodDown(standDown);
    }
    return { refusals: [answer.refusal] };
  }

  /**
   * While evidence was gathered somebody may have stopped everything. A stand-down of the agent's own is about what
   * comes after what its budget allowed.
   */
  #findCallOff({ byPerson }: Proposal): ActionEnd | undefined {
    const { journal, isKilled, clock } = this.#parts;
    const stoppedBy = byPerson ? undefined : journal.standDown?.by;
    const refusals: RefusalCode[] = [];
    if (isKilled() !== false) refusals.push('PC_REFUSED_KILL_SWITCH');
    if (stoppedBy !== undefined && stoppedBy !== 'agent') refusals.push('PC_REFUSED_STOOD_DOWN');
    return refusals.length === 0 ? undefined : endWithout(clock.nowMs(), 'refused', refusals);
  }

  /** What is looked into stands still meanwhile: it does no more harm while its evidence is gathered. */
  #freeze(found: ProcessTarget): Freeze {
    const { control, clock } = this.#parts;
    try {
      const { outcome } = control.freeze(found);
      return { isFrozen: outcome === 'suspended', atMs: clock.nowMs() };
    } catch {
      return { isFrozen: undefined, atMs: clock.nowMs() };
    }
  }

  /**
   * Lets go of a process that could not be ended, and answers whether it is certain that it is free. Otherwise its
   * hold stays written down, and is looked after when it is due.
   */
  async #thaw(found: ProcessTarget, { isFrozen }: Freeze): Promise<boolean> {
    if (isFrozen !== true) return isFrozen === false;
    try {
      const { code } = await this.#parts.control.resume(found);
      return code === 'PC_OK' || goneCodes.has(code);
    } catch {
      return false;
    }
  }

  async #act(action: Action, found: ProcessTarget, mostProcesses: number): Promise<ActionEnd> {
    const { control, clock } = this.#parts;
    let act: ProcessAct;
    let processes = 1;
    try {
      if (action.verb === 'terminate' && action.target === 'tree') {
        ({ act, processes } = await endTree(control, found, mostProcesses, action.by));
      } else {
        act = await control[action.verb](found);
      }
    } catch (error) {
      const cause = messageOf(error);
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
