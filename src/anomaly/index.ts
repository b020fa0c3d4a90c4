export {
  type Baseline,
  formatBaseline,
  mergeBaselines,
  parseBaseline,
} from './baseline/baseline.ts';
export { readBaselineFile, writeBaselineFile } from './baseline/baseline-file.ts';
export { BaselineLearner } from './baseline/baseline-learning.ts';
export { createPriors } from './baseline/baseline-priors.ts';
export { createUserHash, type UserHash } from './baseline/user-hash.ts';
export { AnomalyEngine, type AnomalyEngineParts } from './engine.ts';
export {
  type AnomalyJob,
  type AnomalyJobId,
  anomalyJobs,
  type EntityKind,
  type JobFunction,
} from './jobs.ts';
export { type AnomalyMode, type AnomalyOptions, defaultAnomalyOptions } from './options.ts';
export { packJson, unpackJson } from './packed-json.ts';
export { compilePriors, type Priors, type StartCounts } from './priors.ts';
export type {
  AnomalyRecord,
  ClosedBucket,
  Influencer,
  InterimAnomaly,
  InterimScore,
  Rescore,
} from './record.ts';
export { rememberStart } from './remembered-start.ts';
export type {
  AnomalyChanges,
  AnomalyCounters,
  AnomalyPort,
  AnomalyState,
  AnomalyTotals,
  BucketRow,
  EntityRow,
  Findings,
  HostRow,
  JournalRow,
  PairRow,
  SightingRow,
} from './saved-state.ts';
export type { ScoreBand } from './score.ts';
export type { ScoredStart } from './scored-start.ts';
export { shippedCounts } from './shipped-priors.ts';
