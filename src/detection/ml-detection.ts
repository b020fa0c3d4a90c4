import type { AnomalyRecord } from '../anomaly/index.ts';
import type { AnomalyRule } from './rule.ts';

/** One rule that fired on one anomaly record. */
export interface AnomalyDetection {
  readonly kind: 'anomaly';
  readonly rule: AnomalyRule;
  readonly record: AnomalyRecord;
  /** When the rule ran, in the event time of the record's host. */
  readonly runMs: number;
}

/** What one run of a rule found beyond its most alerts. */
export interface RollUpDetection {
  readonly kind: 'anomaly-roll-up';
  readonly rule: AnomalyRule;
  readonly host: string;
  readonly runMs: number;
  /** How many records it stands for. */
  readonly count: number;
  /** The one with the highest score. */
  readonly strongest: AnomalyRecord;
  /** Ids of all of them, strongest first. */
  readonly recordIds: readonly string[];
}

export type MlDetection = AnomalyDetection | RollUpDetection;
