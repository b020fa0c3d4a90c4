export { type AlertHooks, type AlertStages, openAlertStages, openExceptions } from './alert-stages.ts';
export { exportBaseline, importBaseline, openAnomalyEngine, openUserHash } from './anomaly.ts';
export { type FeatureRun, openFeatureRun } from './feature-run.ts';
export { type OpenPipeline, openPipeline } from './open-pipeline.ts';
export { type BatchOutcome, Pipeline, type PipelineParts } from './pipeline.ts';
export { openReplayRun, type ReplayRun } from './replay-run.ts';
export { openScoreRun, type ScoreRun } from './score-run.ts';
export { readStoredAlert, readStoredDocuments, type StoredDocuments } from './stored-alerts.ts';
export { Tally } from './tally.ts';
