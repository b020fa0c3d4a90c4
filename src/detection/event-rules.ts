import type { ScoredStart } from '../anomaly/index.ts';
import { compileAll, type Predicate } from './condition.ts';
import type { EventDetection } from './detection.ts';
import type { EventRule } from './rule.ts';

export interface EventRuleOptions {
  /** Probability above which a prediction of 1 belongs to the high band. */
  readonly highProbability: number;
  /** Whether the rules' exclusions apply. They were drawn up for Elastic's model. */
  readonly exclusions: boolean;
}

interface CompiledRule {
  readonly rule: EventRule;
  readonly exclusions: readonly { readonly id: string; readonly holds: Predicate }[];
}

/** The rules that look at one scored process start at a time. */
export class EventRules {
  readonly #rules: readonly CompiledRule[];
  readonly #highProbability: number;
  readonly #excluded = new Map<string, number>();

  constructor(rules: readonly EventRule[], options: EventRuleOptions) {
    this.#highProbability = options.highProbability;
    this.#rules = rules
      .filter((rule) => rule.enabled)
      .map((rule) => ({
        rule,
        exclusions: options.exclusions
          ? rule.exclusions.map(({ id, all }) => ({ id, holds: compileAll(all) }))
          : [],
      }));
  }

  /** What each exclusion silenced so far, by `rule id/exclusion id`. */
  get excluded(): ReadonlyMap<string, number> {
    return this.#excluded;
  }

  evaluate(subject: ScoredStart): EventDetection[] {
    const { prediction } = subject;
    const blocklisted = prediction.blocklistLabel === 1;
    if (prediction.prediction !== 1 && !blocklisted) return [];
    const band = prediction.maliciousProbability > this.#highProbability ? 'high' : 'low';
    const detections: EventDetection[] = [];
    for (const { rule, exclusions } of this.#rules) {
      if (!blocklisted && rule.band !== band) continue;
      const exclusion = exclusions.find(({ holds }) => holds(subject.event));
      if (exclusion === undefined) {
        detections.push({ kind: 'event', rule, subject });
      } else {
        const key = `${rule.id}/${exclusion.id}`;
        this.#excluded.set(key, (this.#excluded.get(key) ?? 0) + 1);
      }
    }
    return detections;
  }
}
