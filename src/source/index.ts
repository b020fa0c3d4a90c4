export type { EventSource, ReadOptions, Rejection, SourceBatch } from './event-source.ts';
