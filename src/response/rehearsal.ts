import type { ExceptionList } from '../alert/index.ts';
import type { InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection } from '../detection/index.ts';
import { type Action, actionId, describeStart, userKey } from './action.ts';
import { endWithout } from './action-ecs.ts';
import {
  type AssumedFact,
  Budget,
  findRefusals,
  gatherRecordedFacts,
  type RefusalCode,
} from './guard/index.ts';
import type { ResponseSettings } from './response-parts.ts';

/** What an armed policy would have done about one recorded start. */
export interface RehearsedAction {
  readonly action: Action;
  /** What a recording cannot say and was taken to be as usual. */
  readonly assumed: readonly AssumedFact[];
}

/**
 * The policy and the guard over recordings, in event time: the same code as live, and nothing that could act.
 * Budgets count as they would have; after the first breach everything is refused as on an agent that stands
 * down and that nobody arms again.
 */
export class Rehearsal {
  readonly #settings: ResponseSettings;
  readonly #exceptions: ExceptionList;
  /** Each host has an agent of its own. */
  readonly #hosts = new Map<string, { readonly budget: Budget; isStoodDown: boolean }>();
  readonly #done = new Set<string>();

  constructor(settings: ResponseSettings, exceptions: ExceptionList) {
    this.#settings = settings;
    this.#exceptions = exceptions;
  }

  /** `undefined` when the policy asks for nothing, or for the same as before. */
  take(
    start: ScoredStart,
    interim: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
  ): RehearsedAction | undefined {
    const { rules, protectedSet, policy } = this.#settings;
    const { event } = start;
    const wanted = rules.want(start, interim, detections, undefined, event.timeMs);
    if (wanted === undefined) return undefined;
    const { rule, mode, target } = wanted;
    const verb = wanted.suspendFirst ? 'suspend' : wanted.verb;
    const subject = describeStart(start, interim, { id: rule.id, name: rule.name });
    const id = actionId(subject, verb);
    if (this.#done.has(id)) return undefined;
    this.#done.add(id);
    const isExcepted = this.#exceptions.protectFromResponse(rule.id, event) !== undefined;
    const { facts, assumed } = gatherRecordedFacts(event, protectedSet, isExcepted);
    const host = this.#hostOf(event.host.id ?? event.host.name ?? '');
    const refusals: RefusalCode[] = findRefusals(facts, {
      isKilled: false,
      isStoodDown: host.isStoodDown,
      scope: wanted.scope,
      budget: undefined,
      byPerson: false,
      serviceAccounts: policy.serviceAccounts,
      maxAgeMs: policy.maxAgeMs,
    });
    if (refusals.length === 0) {
      const spent = { atMs: event.timeMs, user: userKey(subject.user), image: subject.image, processes: 1 };
      const refusal = host.budget.refuse(policy.budget, spent);
      if (refusal === undefined) host.budget.spend(spent);
      else {
        host.isStoodDown = true;
        refusals.push(refusal);
      }
    }
    const end = endWithout(event.timeMs, refusals.length > 0 ? 'refused' : 'rehearsed', refusals);
    const by = 'rehearsal';
    return {
      action: { id, verb, target, mode, by, reason: undefined, atMs: event.timeMs, subject, end },
      // When a start is decided about nobody descends from it yet; whoever does by the time of the act is in no recording.
      assumed: verb === 'terminate' && target === 'tree' ? [...assumed, 'tree'] : assumed,
    };
  }

  #hostOf(key: string): { readonly budget: Budget; isStoodDown: boolean } {
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const host = { budget: new Budget(), isStoodDown: false };
    this.#hosts.set(key, host);
    return host;
  }
}
