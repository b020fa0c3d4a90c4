import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import { type Action, actionId, userKey } from './action.ts';
import { type ActionCarrier, endOf } from './action-carrier.ts';
import { type HeldCase, proposeEnd, targetOfHold } from './hold-decision.ts';
import type { Hold } from './journal-port.ts';
import type { ProcessAct } from './process-port.ts';
import { goneCodes, identify } from './process-target.ts';
import type { ResponseParts } from './response-parts.ts';

const retryMs = 5_000;
/** No hold waits longer than the longest that response.holdMs may say; only a clock that was set back says so. */
const longestHoldMs = 300_000;

/** Sees to it that no process which the agent suspended stays frozen for nothing. */
export class HoldKeeper {
  readonly #parts: ResponseParts;
  readonly #carrier: ActionCarrier;
  /** Highest interim score that has to do with a held process, by hold id. */
  readonly #rarity = new Map<string, number>();
  /** What was known of held processes when they were suspended, by hold id. */
  readonly #cases = new Map<string, HeldCase>();
  /** Resumed while the journal could not be written, which therefore still has them as held. */
  readonly #letGo = new Set<string>();
  /** When what could not be settled is tried again. */
  readonly #owed = new Map<string, number>();
  /** Being resumed just now. */
  readonly #resuming = new Set<string>();
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

  /** What its decision will rest on, besides what is written down. */
  remember(holdId: string, held: HeldCase): void {
    this.#cases.set(holdId, held);
  }

  /** Decides about every hold that is due. Calls that overlap do nothing. */
  async settleDue(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    await this.#settle((hold) => isDue(hold, nowMs), 'the hold is over');
  }

  /** After a restart: everything is decided about at once, and nothing stays suspended. */
  async settleAll(): Promise<void> {
    await this.#settle(() => true, 'the agent started again');
  }

  /** Before an upgrade or uninstall: everything is resumed. */
  resumeAll(reason: string, by = 'agent'): Promise<void> {
    return this.#resumeEach(this.#parts.journal.holds(), reason, by);
  }

  /** Resumes what waits for the agent; what waits for a person goes on waiting. */
  letGo(reason: string): Promise<void> {
    const holds = this.#parts.journal.holds().filter(({ kind }) => kind !== 'person');
    return this.#resumeEach(holds, reason, 'agent');
  }

  /** As in {@link #settleOne}, none stays frozen for the sake of another. */
  async #resumeEach(holds: readonly Hold[], reason: string, by: string): Promise<void> {
    for (const hold of holds) {
      try {
        await this.resume(hold, reason, by);
      } catch (error) {
        this.#parts.audience.failed('A held process could not be resumed', error);
      }
    }
    this.refresh();
  }

  async #settle(isMeant: (hold: Hold) => boolean, reason: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (const hold of this.#parts.journal.holds()) {
        if (this.#letGo.has(hold.id)) this.#forget(hold);
        else if (this.#owed.has(hold.id) ? this.#isOwedNow(hold) : isMeant(hold)) {
          await this.#settleOne(hold, reason);
        }
      }
    } finally {
      this.#isBusy = false;
      this.refresh();
    }
  }

  /** The others must not stay frozen for the sake of one that fails: it is tried again a little later. */
  async #settleOne(hold: Hold, reason: string): Promise<void> {
    try {
      if (hold.kind !== 'decision' || !(await this.#end(hold))) await this.resume(hold, reason, 'agent');
      this.#owed.delete(hold.id);
    } catch (error) {
      this.#owed.set(hold.id, this.#parts.clock.nowMs() + retryMs);
      this.#parts.audience.failed('A held process could not be settled', error);
    }
  }

  #isOwedNow({ id }: Hold): boolean {
    const leftMs = (this.#owed.get(id) ?? 0) - this.#parts.clock.nowMs();
    return leftMs <= 0 || leftMs > retryMs;
  }

  /** Takes out of the journal what was resumed while it could not be written; it has been told already that it cannot. */
  #forget(hold: Hold): void {
    try {
      this.#release(hold);
    } catch {
      // At the next occasion.
    }
  }

  /**
   * Ends a held process if its case has grown strong enough, and answers whether it is no longer held. Without the
   * event, as after a restart, nobody can say whether it would still be asked for: then it is resumed.
   */
  async #end(hold: Hold): Promise<boolean> {
    const held = this.#cases.get(hold.id);
    const proposal = held && proposeEnd(this.#parts, hold, held, this.#rarity.get(hold.id) ?? 0);
    if (proposal === undefined) return false;
    const done = await this.#carrier.carryOut(proposal);
    const result = done?.end?.result;
    if (result !== 'terminated' && result !== 'gone') return false;
    this.#release(hold);
    return true;
  }

  /** Resumes a held process if it is there and suspended. One that cannot be resumed now is tried again. */
  async resume(hold: Hold, reason: string, by: string): Promise<Action | undefined> {
    // A second one would undo what somebody else suspended.
    const isHeld = this.#parts.journal.holds().some(({ id }) => id === hold.id);
    if (!isHeld || this.#letGo.has(hold.id) || this.#resuming.has(hold.id)) return undefined;
    this.#resuming.add(hold.id);
    try {
      return await this.#resume(hold, reason, by);
    } finally {
      this.#resuming.delete(hold.id);
    }
  }

  async #resume(hold: Hold, reason: string, by: string): Promise<Action | undefined> {
    const { control, clock, journal, audience } = this.#parts;
    const target = targetOfHold(hold);
    const found = await control.query(target);
    const isThere = identify(found, { name: undefined, parentPid: undefined }) === 'match';
    // Of a tree's member it is not certain that it was suspended at all. Any other hold says so for certain, whatever
    // a look sees: a thread that came afterwards runs in a process that otherwise stands still.
    if (isThere && found.facts.suspended === false && hold.kind === 'member') {
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
    const isWritten = this.#tryToWrite(() => journal.begin(action));
    // What cannot be written down must not stay frozen for that: to let go does no harm.
    const act: ProcessAct = isThere ? await control.resume(target) : found;
    const end = endOf(act, clock.nowMs(), 1, clock.nowMs() - atMs);
    const done: Action = {
      ...action,
      end: goneCodes.has(act.code) ? { ...end, outcome: 'unknown', result: 'gone', refusals: [] } : end,
    };
    const isOver = end.outcome === 'success' || goneCodes.has(act.code);
    if (isOver) {
      this.#rarity.delete(hold.id);
      this.#cases.delete(hold.id);
      this.#letGo.add(hold.id);
    }
    const isKept = this.#tryToWrite(() => {
      if (!isOver) journal.hold({ ...hold, dueMs: clock.nowMs() + retryMs });
      if (isWritten) journal.finish(action.id, done.end!, isOver ? [hold.id] : []);
      else if (journal.record({ ...done, end: done.end! }) && isOver) journal.release(hold.id);
    });
    if (isKept) this.#letGo.delete(hold.id);
    audience.action(done);
    return done;
  }

  #release({ id }: Hold): void {
    this.#parts.journal.release(id);
    this.#rarity.delete(id);
    this.#cases.delete(id);
    this.#letGo.delete(id);
    this.#owed.delete(id);
  }

  #tryToWrite(write: () => unknown): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#parts.audience.failed('A resumption could not be written down', error);
      return false;
    }
  }
}

/** Also when the clock was set back: else what is suspended would stay so for as long. */
function isDue({ sinceMs, dueMs }: Hold, nowMs: number): boolean {
  return dueMs !== undefined && (dueMs <= nowMs || nowMs < sinceMs || dueMs - nowMs > longestHoldMs);
}
