import type { EventRule } from './rule.ts';
import type { ScoredEvent } from './scored-event.ts';

/** One rule that fired on one process start. */
export interface EventDetection {
  readonly kind: 'event';
  readonly rule: EventRule;
  readonly subject: ScoredEvent;
}
