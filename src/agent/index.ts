export { type BatchOutcome, Pipeline, type PipelineParts } from './pipeline.ts';
export { scoreEvents } from './scoring.ts';
export { Tally } from './tally.ts';
