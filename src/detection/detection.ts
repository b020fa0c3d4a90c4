import type { ScoredStart } from '../anomaly/index.ts';
import type { EventRule } from './rule.ts';

/** One rule that fired on one process start. */
export interface EventDetection {
  readonly kind: 'event';
  readonly rule: EventRule;
  readonly subject: ScoredStart;
}
