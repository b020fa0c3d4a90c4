import type { EvtxBookmark } from './bookmark.ts';
import { u32, u64 } from './bytes.ts';
import { hasChunkSignature } from './chunk-header.ts';
import type { EvtxFile } from './input.ts';
import { CHUNK_SIZE, RECORD_HEADER_SIZE, RECORD_SIGNATURE } from './layout.ts';

/** Signature, first and last record number, first record id. */
const ORDER_SIZE = 32;

/**
 * Offset of the chunk with the oldest records. A circular log wraps once, so its record ids fall at
 * one place and the last chunk's are lower than the first's; for any other order the answer is `begin`.
 * The file header says it too, but a log that was not closed has an old header.
 */
export function findOldestChunk(file: EvtxFile, begin: number): number {
  const head = Buffer.alloc(ORDER_SIZE);
  let first = Number.NaN;
  let previous = Number.NaN;
  let oldest = begin;
  let falls = 0;
  for (let at = begin; at + CHUNK_SIZE <= file.size; at += CHUNK_SIZE) {
    file.readAt(head, 0, ORDER_SIZE, at);
    if (!hasChunkSignature(head, 0)) continue;
    const id = u64(head, 24);
    if (id < previous) {
      falls++;
      oldest = at;
    }
    if (Number.isNaN(first)) first = id;
    previous = id;
  }
  return falls === 1 && previous < first ? oldest : begin;
}

/** Whether the bookmark's record is still where it was: another log may have taken the file's place. */
export function holdsRecord(file: EvtxFile, bookmark: EvtxBookmark): boolean {
  const head = Buffer.alloc(RECORD_HEADER_SIZE);
  const size = file.readAt(head, 0, RECORD_HEADER_SIZE, bookmark.recordOffset);
  return (
    size === RECORD_HEADER_SIZE && u32(head, 0) === RECORD_SIGNATURE && u64(head, 8) === bookmark.recordId
  );
}
