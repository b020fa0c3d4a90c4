import { setTimeout as wait } from 'node:timers/promises';
import type { DeskOutcome } from '../alert/index.ts';
import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection } from '../detection/index.ts';
import { type Action, actionId, describeStart } from './action.ts';
import { ActionCarrier, type Proposal } from './action-carrier.ts';
import { HoldKeeper } from './hold-keeper.ts';
import { KnownStarts } from './known-starts.ts';
import { finishInterrupted } from './recovery.ts';
import type { ResponseParts } from './response-parts.ts';

/** What is to be done about one start. */
export type ActionDecision =
  | { readonly kind: 'none' }
  /** Asked for by the policy; the guard is yet to be asked about the process that runs. */
  | { readonly kind: 'wanted'; readonly proposal: Proposal };

/** Longest that a batch waits for what it asked for: a look at an image on a slow disk must not stop the pipeline. */
const maxWaitMs = 50;

/** How long the end of the agent waits for evidence: half of what a shutdown of Windows gives the service. */
const maxKeepMs = 10_000;

const nothing: ActionDecision = { kind: 'none' };

/**
 * The response as the pipeline sees it. Each start is decided about as soon as it is scored; what is wanted is
 * carried out off to the side, before the batch is stored and whatever becomes of it.
 */
export class ResponseStage {
  readonly holds: HoldKeeper;
  readonly carrier: ActionCarrier;
  readonly #parts: ResponseParts;
  readonly #known: KnownStarts;
  readonly #running = new Set<Promise<unknown>>();
  /** Alerts and incidents on their way into bundles. */
  readonly #learning = new Set<Promise<unknown>>();
  /** Begun for the batch at hand. */
  #acting: Promise<unknown>[] = [];

  constructor(parts: ResponseParts) {
    this.#parts = parts;
    this.#known = new KnownStarts(parts);
    this.carrier = new ActionCarrier(parts, this.#known);
    this.holds = new HoldKeeper(parts, this.carrier);
  }

  /** Before the first event: ends what an earlier run began, so that nothing stays frozen or open. */
  async start(): Promise<void> {
    await finishInterrupted(this.#parts);
    this.holds.refresh();
    await this.holds.settleAll();
  }

  /** Decides about a start and, if something is wanted, begins to carry it out. */
  take(
    start: ScoredStart,
    interim: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
  ): ActionDecision {
    this.holds.observe(start, interim);
    this.#known.observe(start);
    this.#parts.evidence?.()?.observe(start);
    const decision = this.decide(start, interim, detections);
    if (decision.kind === 'wanted') {
      this.#parts.evidence?.()?.expect(start.event.id);
      const acting = this.#run('An action failed', async () => {
        const action = await this.carryOut(decision);
        if (action?.end?.result === 'suspended')
          this.holds.remember(action.id, { start, interim, detections });
      });
      // What is only written down may as well wait.
      if (decision.proposal.action.mode !== 'audit') this.#acting.push(acting);
    }
    return decision;
  }

  /** See StartStage of the pipeline. */
  acted(): Promise<unknown> | undefined {
    if (this.#acting.length === 0) return undefined;
    const acting = Promise.all(this.#acting);
    this.#acting = [];
    const isDone = new AbortController();
    const { signal } = isDone;
    return Promise.race([acting, wait(maxWaitMs, undefined, { signal }).catch(() => undefined)]).finally(() =>
      isDone.abort(),
    );
  }

  /** Nothing is looked at or done: the policy alone speaks. */
  decide(
    start: ScoredStart,
    interim: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
  ): ActionDecision {
    if (detections.length === 0) return nothing;
    const { settings, override, clock, exceptions, isThisHost } = this.#parts;
    const { rules, policy } = settings();
    const nowMs = clock.nowMs();
    const wanted = rules.want(start, interim, detections, override(), nowMs);
    if (wanted === undefined) return nothing;
    const { rule, mode, target, suspendFirst, scope } = wanted;
    const verb = suspendFirst ? 'suspend' : wanted.verb;
    const { event } = start;
    const subject = describeStart(start, interim, { id: rule.id, name: rule.name });
    const createdMs = subject.target?.createdMs;
    return {
      kind: 'wanted',
      proposal: {
        action: {
          id: actionId(subject, verb),
          verb,
          target,
          mode,
          by: 'agent',
          reason: undefined,
          atMs: nowMs,
        },
        subject,
        isThisHost: isThisHost(event),
        isExcepted: exceptions().protectFromResponse(rule.id, event) !== undefined,
        scope,
        ageMs: createdMs === undefined ? undefined : nowMs - createdMs,
        byPerson: false,
        wholeTree: target === 'tree' && verb === 'terminate',
        holdMs: suspendFirst ? policy.holdMs : undefined,
        isHeld: false,
      },
    };
  }

  /** The action as it ended; `undefined` when nothing was wanted or the same was done before. */
  async carryOut(decision: ActionDecision): Promise<Action | undefined> {
    if (decision.kind === 'none') return undefined;
    const action = await this.carrier.carryOut(decision.proposal);
    this.holds.refresh();
    return action;
  }

  /** Alerts and incidents that came of a batch, for the evidence of what was ended. */
  learn(outcome: DeskOutcome): void {
    const learn = async () => this.#parts.evidence?.()?.learn(outcome);
    void this.#run('Evidence could not be completed', learn, this.#learning);
  }

  /** To be called every few hundred milliseconds: decides about held processes that are due, and ends an override in time. */
  tick(): void {
    void this.#run('A held process could not be settled', async () => {
      this.#parts.override();
      await this.holds.settleDue();
    });
  }

  /** Waits until everything that was begun is done. */
  async settle(): Promise<void> {
    await allOf(this.#running);
    await this.#settleEvidence();
  }

  async #settleEvidence(): Promise<void> {
    await allOf(this.#learning);
    await this.carrier.settle();
  }

  /**
   * The agent ends: what waits for its decision goes on, since nobody would make it. Evidence that is still being kept
   * is waited for only after that, and not for ever: it goes by what programs can hold back.
   */
  async stop(): Promise<void> {
    await allOf(this.#running);
    await this.#run('A held process could not be let go', () => this.holds.letGo('the agent was stopped'));
    const late = new AbortController();
    const isKept = await Promise.race([
      this.#settleEvidence().then(() => true),
      wait(maxKeepMs, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (!isKept) {
      const error = new Error(`it was not done ${maxKeepMs} ms after the agent was stopped`);
      this.#parts.audience.failed('Evidence could not be kept', error);
    }
  }

  #run(what: string, work: () => Promise<unknown>, among = this.#running): Promise<unknown> {
    const running = work().catch((error: unknown) => this.#parts.audience.failed(what, error));
    among.add(running);
    void running.finally(() => among.delete(running));
    return running;
  }
}

async function allOf(running: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (running.size > 0) await Promise.all(running);
}
