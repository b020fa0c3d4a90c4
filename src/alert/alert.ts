import { hash } from 'node:crypto';
import type { AnomalyRecord, InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection, MlDetection, Rule } from '../detection/index.ts';
import { isoTime } from './subject-keys.ts';
import type { Triage } from './triage/triage.ts';

/** What a person should see: one rule that fired, on what, and why. */
export interface Alert {
  /** Stable: the same rule on the same source events has the same id on every run. */
  readonly id: string;
  /** When it was raised, in event time: of an anomaly rule, when the rule ran. */
  readonly timeMs: number;
  /** Absent where the source event is undated. */
  readonly timestamp: string | undefined;
  readonly rule: Rule;
  /** The process start that it is about; of a cluster, the strongest. */
  readonly subject: ScoredStart;
  /** `event.id` of every source event it rests on. */
  readonly eventIds: readonly string[];
  /** What moved the score, strongest first. */
  readonly reasons: readonly Reason[];
  /** How unusual the start was when it came; only of flagged starts. */
  readonly rarity: InterimAnomaly | undefined;
  /** Only of anomaly rules. */
  readonly anomaly: AnomalyFinding | undefined;
  /** Only of an alert that stands for others like it. */
  readonly rollUp: RollUp | undefined;
  /** What to look up first; added to alerts that are shown. */
  readonly triage: Triage | undefined;
}

export interface Reason {
  readonly text: string;
  /** Contribution to the log-odds of the model; positive speaks for malice. */
  readonly weight: number;
}

/** The anomaly record behind an alert. */
export interface AnomalyFinding {
  readonly record: AnomalyRecord;
  /** Ids of the records beyond a rule's most alerts per run; `record` is the strongest of them. */
  readonly furtherRecordIds: readonly string[];
}

/** Alerts of one kind that were held back after the first few. */
export interface RollUp {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Whether `eventIds` leaves some out. */
  readonly truncated: boolean;
}

/** Raises an alert about one process start. */
export function createAlert(
  { rule, subject }: EventDetection,
  reasons: readonly Reason[],
  rarity?: InterimAnomaly,
): Alert {
  const eventIds = [subject.event.id];
  return {
    id: alertId(rule.id, eventIds),
    timeMs: subject.event.timeMs,
    timestamp: subject.event.timestamp,
    rule,
    subject,
    eventIds,
    reasons,
    rarity,
    anomaly: undefined,
    rollUp: undefined,
    triage: undefined,
  };
}

/** Raises an alert about an anomaly record, or about the records beyond a rule's most alerts. */
export function createAnomalyAlert(detection: MlDetection): Alert {
  const { rule, runMs } = detection;
  const isRollUp = detection.kind === 'anomaly-roll-up';
  const record = isRollUp ? detection.strongest : detection.record;
  return {
    id: alertId(rule.id, isRollUp ? detection.recordIds : [record.id]),
    timeMs: runMs,
    timestamp: isoTime(runMs),
    rule,
    subject: record.subject,
    eventIds: record.eventIds,
    reasons: [],
    rarity: undefined,
    anomaly: { record, furtherRecordIds: isRollUp ? detection.recordIds : [] },
    rollUp: undefined,
    triage: undefined,
  };
}

/** The alert that stands for those held back after `first` and its like. */
export function createRollUp(first: Alert, rollUp: RollUp, eventIds: readonly string[]): Alert {
  return {
    ...first,
    // Read again, the same alerts are one roll-up; with others after the same first one it is another.
    id: alertId(first.rule.id, ['roll-up', first.id, String(rollUp.count), ...eventIds]),
    timeMs: rollUp.lastMs,
    timestamp: first.timestamp === undefined ? undefined : isoTime(rollUp.lastMs),
    eventIds,
    rollUp,
  };
}

function alertId(ruleId: string, eventIds: readonly string[]): string {
  return hash('sha256', `${ruleId}\n${eventIds.join('\n')}`, 'hex').slice(0, 32);
}
