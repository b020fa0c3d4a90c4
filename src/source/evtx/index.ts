export { type EvtxBookmark, formatBookmark, parseBookmark } from './bookmark.ts';
export type { EvtxChunk } from './chunk.ts';
export { type EvtxReadOptions, readEvtxChunks } from './evtx-reader.ts';
export type { EvtxFinding } from './finding.ts';
export type { EvtxRecord } from './record.ts';
