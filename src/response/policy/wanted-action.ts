import type { InterimAnomaly, ScoredStart } from '../../anomaly/index.ts';
import type { EventDetection, EventRule } from '../../detection/index.ts';
import { modeFor, type Override } from './override.ts';
import type {
  ResponseMode,
  ResponsePolicy,
  ResponseTarget,
  RuleResponse,
  WantedVerb,
} from './response-policy.ts';
import { compileScope, type ScopeAnswer } from './scope.ts';

export type ActionVerb = 'suspend' | 'terminate';

/** What the policy asks to be done about one start. */
export interface WantedAction {
  readonly verb: ActionVerb;
  readonly target: ResponseTarget;
  /** The process is suspended at once; whether it is ended is decided after the hold. */
  readonly suspendFirst: boolean;
  /** `audit`: it is written down and not done. */
  readonly mode: ResponseMode;
  readonly rule: EventRule;
  readonly scope: Exclude<ScopeAnswer, 'outside'>;
}

const hardness = { none: 0, suspend: 1, terminate: 2 } as const satisfies Record<WantedVerb, number>;
const modeHardness = { audit: 0, suspend: 1, terminate: 2 } as const satisfies Record<ResponseMode, number>;

/** The policy made ready to be asked about every start. */
export class ResponseRules {
  readonly policy: ResponsePolicy;
  /** Whether a process is one that the policy is about. */
  readonly scopeOf: ReturnType<typeof compileScope>;
  /** Whether {@link scopeOf} answers anything but `inside`. */
  readonly hasScope: boolean;

  constructor(policy: ResponsePolicy) {
    this.policy = policy;
    this.scopeOf = compileScope(policy);
    const lists = [...Object.values(policy.only), ...Object.values(policy.except)];
    this.hasScope = lists.some((patterns) => patterns.length > 0);
  }

  /**
   * The hardest action that the rules which fired ask for, `undefined` when they ask for none. An action that
   * a mode allows comes before a harder one that is only audited.
   */
  want(
    start: ScoredStart,
    interim: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
    override: Override | undefined,
    nowMs: number,
  ): WantedAction | undefined {
    if (detections.length === 0) return undefined;
    let best: WantedAction | undefined;
    let scope: ScopeAnswer | undefined;
    for (const { rule } of detections) {
      const response = this.policy.rules[rule.id];
      const asked = response?.action ?? this.policy.severities[rule.severity];
      if (asked === 'none' || !this.#isStrong(start, interim, response)) continue;
      scope ??= this.scopeOf(start.event);
      if (scope === 'outside') return undefined;
      const mode = modeFor(this.policy, override, rule.id, nowMs);
      const verb = mode === 'suspend' ? 'suspend' : asked;
      const wanted: WantedAction = {
        verb,
        target: response?.target ?? this.policy.target,
        // Without the right to end it there is nothing to decide later.
        suspendFirst: verb === 'terminate' && (response?.suspendFirst ?? this.policy.suspendFirst),
        mode,
        rule,
        scope,
      };
      if (best === undefined || isBefore(wanted, best)) best = wanted;
    }
    return best;
  }

  #isStrong(
    { prediction }: ScoredStart,
    interim: InterimAnomaly | undefined,
    response: RuleResponse | undefined,
  ): boolean {
    const { policy } = this;
    const minRarity = response?.minRarity ?? policy.minRarity;
    return (
      prediction.maliciousProbability >= (response?.minProbability ?? policy.minProbability) &&
      (minRarity === 0 || (interim !== undefined && interim.score >= minRarity))
    );
  }
}

function isBefore(a: WantedAction, b: WantedAction): boolean {
  const byMode = Math.sign(modeHardness[a.mode]) - Math.sign(modeHardness[b.mode]);
  if (byMode !== 0) return byMode > 0;
  return hardness[a.verb] > hardness[b.verb];
}
