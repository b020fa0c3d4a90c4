import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import { type Action, actionId, userKey } from './action.ts';
import { type ActionCarrier, endOf } from './action-carrier.ts';
import type { Hold } from './journal-port.ts';
import { modeFor } from './policy/index.ts';
import type { ProcessAct, ProcessTarget } from './process-port.ts';
import { goneCodes, identify } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

const retryMs = 5_000;

/** Sees to it that no process which the agent suspended stays frozen for nothing. */
export class HoldKeeper {
  readonly #parts: ResponseParts;
  readonly #carrier: ActionCarrier;
  /** Highest interim score that has to do with a held process, by hold id. */
  readonly #rarity = new Map<string, number>();
  #open: Hold[];
  #isBusy = false;

  constructor(parts: ResponseParts, carrier: ActionCarrier) {
    this.#parts = parts;
    this.#carrier = carrier;
    this.#open = parts.journal.holds();
  }

  /** Looks again at what is written down: another process may have written as well. */
  refresh(): void {
    this.#open = this.#parts.journal.holds();
  }

  /** A flagged start that came while processes are held: of the same user, or started by one of them. */
  observe({ event }: ScoredStart, interim: InterimAnomaly | undefined): void {
    if (interim === undefined || this.#open.length === 0) return;
    const user = userKey(event.user);
    for (const { id, subject } of this.#open) {
      if (userKey(subject.user) !== user && event.process.parent.entityId !== subject.key) continue;
      this.#rarity.set(id, Math.max(this.#rarity.get(id) ?? 0, interim.score));
    }
  }

  /** Decides about every hold that is due. Calls that overlap do nothing. */
  async settleDue(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    await this.#settle(({ dueMs }) => dueMs !== undefined && dueMs <= nowMs, 'the hold is over');
  }

  /** After a restart: everything is decided about at once, and nothing stays suspended. */
  async settleAll(): Promise<void> {
    await this.#settle(() => true, 'the agent started again');
  }

  /** Before an upgrade or uninstall: everything is resumed. */
  async resumeAll(reason: string, by = 'agent'): Promise<void> {
    for (const hold of this.#parts.journal.holds()) await this.resume(hold, reason, by);
    this.refresh();
  }

  async #settle(isDue: (hold: Hold) => boolean, reason: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (const hold of this.#parts.journal.holds()) {
        if (!isDue(hold)) continue;
        if (hold.kind === 'decision' && (await this.#end(hold))) continue;
        await this.resume(hold, reason, 'agent');
      }
    } finally {
      this.#isBusy = false;
      this.refresh();
    }
  }

  /** Ends a held process if its case has grown strong enough, and answers whether it is no longer held. */
  async #end(hold: Hold): Promise<boolean> {
    const { journal, clock, settings } = this.#parts;
    const { subject, sinceMs, createdMs } = hold;
    const { policy } = settings();
    const nowMs = clock.nowMs();
    const mode = modeFor(policy, journal.override, subject.rule?.id ?? '', nowMs);
    const rarity = Math.max(subject.rarity ?? 0, this.#rarity.get(hold.id) ?? 0);
    if (mode !== 'terminate' || rarity < policy.holdMinRarity) return false;
    const done = await this.#carrier.carryOut({
      action: {
        id: actionId(subject, 'terminate'),
        verb: 'terminate',
        target: hold.target,
        mode,
        by: 'agent',
        reason: `rarity ${Math.round(rarity)} after the hold`,
        atMs: nowMs,
      },
      subject: { ...subject, rarity, target: targetOfHold(hold) },
      isThisHost: true,
      isExcepted: false,
      scope: 'inside',
      // It was fresh when it was suspended.
      ageMs: sinceMs - createdMs,
      byPerson: false,
      wholeTree: hold.target === 'tree',
      holdMs: undefined,
      isHeld: true,
    });
    const result = done?.end?.result;
    if (result !== 'terminated' && result !== 'gone') return false;
    this.#release(hold);
    return true;
  }

  /** Resumes a held process if it is there and suspended. One that cannot be resumed now is tried again. */
  async resume(hold: Hold, reason: string, by: string): Promise<Action | undefined> {
    const { control, clock, journal, audience } = this.#parts;
    const target = targetOfHold(hold);
    const found = await control.query(target);
    const isThere = identify(found, { name: undefined, parentPid: undefined }) === 'match';
    // Of a tree's member it is not certain that it was suspended at all. Any other hold says so for certain, whatever
    // a look sees: a thread that came afterwards runs in a process that otherwise stands still.
    if (isThere && !found.facts.suspended && hold.kind === 'member') {
      this.#release(hold);
      return undefined;
    }
    const atMs = clock.nowMs();
    const action: Action = {
      id: actionId(hold.subject, 'resume', `${hold.id} ${atMs}`),
      verb: 'resume',
      target: 'process',
      mode: this.#parts.settings().policy.mode,
      by,
      reason,
      atMs,
      subject: hold.subject,
      end: undefined,
    };
    journal.begin(action);
    const act: ProcessAct = isThere ? await control.resume(target) : found;
    const end = endOf(act, clock.nowMs(), 1, clock.nowMs() - atMs);
    const done: Action = {
      ...action,
      end: goneCodes.has(act.code) ? { ...end, outcome: 'unknown', result: 'gone', refusals: [] } : end,
    };
    const isOver = end.outcome === 'success' || goneCodes.has(act.code);
    if (isOver) this.#rarity.delete(hold.id);
    else journal.hold({ ...hold, dueMs: clock.nowMs() + retryMs });
    journal.finish(action.id, done.end!, isOver ? [hold.id] : []);
    audience.action(done);
    return done;
  }

  #release({ id }: Hold): void {
    this.#parts.journal.release(id);
    this.#rarity.delete(id);
  }
}

function targetOfHold({ pid, createdMs }: Hold): ProcessTarget {
  return { pid, createdMs, toleranceMs: 0 };
}
