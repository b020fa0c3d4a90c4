import { hash } from 'node:crypto';
import type { ScoredStart } from '../anomaly/index.ts';
import type { EventDetection, Rule } from '../detection/index.ts';

/** What a person should see: one rule that fired, on what, and why. */
export interface Alert {
  /** Stable: the same rule on the same source events has the same id on every run. */
  readonly id: string;
  readonly timeMs: number;
  /** Absent where the source event is undated. */
  readonly timestamp: string | undefined;
  readonly rule: Rule;
  /** The process start that it is about. */
  readonly subject: ScoredStart;
  /** `event.id` of every source event it rests on. */
  readonly eventIds: readonly string[];
  /** What moved the score, strongest first. */
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly text: string;
  /** Contribution to the log-odds of the model; positive speaks for malice. */
  readonly weight: number;
}

export function createAlert(detection: EventDetection, reasons: readonly Reason[]): Alert {
  const { rule, subject } = detection;
  const eventIds = [subject.event.id];
  return {
    id: alertId(rule.id, eventIds),
    timeMs: subject.event.timeMs,
    timestamp: subject.event.timestamp,
    rule,
    subject,
    eventIds,
    reasons,
  };
}

function alertId(ruleId: string, eventIds: readonly string[]): string {
  return hash('sha256', `${ruleId}\n${eventIds.join('\n')}`, 'hex').slice(0, 32);
}
