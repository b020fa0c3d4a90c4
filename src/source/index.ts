export type { EventSource, ReadOptions, Rejection, SourceBatch } from './event-source.ts';
export { type FileSourceOptions, openFileSource } from './file-source.ts';
export { type Format, formats } from './input-kind.ts';
