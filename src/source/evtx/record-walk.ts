import { u32, u64 } from './bytes.ts';
import {
  CHUNK_HEADER_SIZE,
  CHUNK_SIZE,
  RECORD_MIN_SIZE,
  RECORD_SIGNATURE,
  RECORD_TRAILER_SIZE,
} from './layout.ts';

/** A stretch of a chunk, in bytes from its beginning. */
export interface Stretch {
  readonly offset: number;
  readonly size: number;
}

/** What a chunk's header says about where free space begins. */
export interface FreeSpace {
  readonly offset: number;
  /** Whether the header matches its checksum. What a damaged one says counts only where records bear it out. */
  readonly isTrusted: boolean;
}

/** Where the records of a chunk lie. Records, gaps and `unused` together cover it behind its header. */
export interface RecordWalk {
  readonly records: readonly Stretch[];
  /** Damage between records. */
  readonly gaps: readonly Stretch[];
  /** Bytes behind the last record that hold none: free space, possibly with remains of older records. */
  readonly unused: number;
}

const signature = Buffer.from([0x2a, 0x2a, 0, 0]);

/**
 * Finds the records of a chunk.
 *
 * @param end bytes of the chunk that are there (less than all when the file is cut).
 */
export function walkRecords(chunk: Buffer, end: number, freeSpace: FreeSpace | undefined): RecordWalk {
  const records: Stretch[] = [];
  const gaps: Stretch[] = [];
  const stop = Math.min(freeSpace?.isTrusted ? freeSpace.offset : end, end);
  let at = Math.min(CHUNK_HEADER_SIZE, end);
  while (at < stop) {
    let size = recordSizeAt(chunk, at, end, stop);
    if (size === 0) {
      if (at === freeSpace?.offset || isZero(chunk, at, stop)) break;
      const next = findRecord(chunk, at + 1, end, stop);
      gaps.push({ offset: at, size: next - at });
      at = next;
      if (at >= stop) break;
      size = recordSizeAt(chunk, at, end, stop);
    }
    records.push({ offset: at, size });
    at += size;
  }
  // A log that was not closed has records behind what its header knows. Remains of older records can
  // lie there too, so only those that carry on the numbering count.
  let last = records.at(-1);
  for (;;) {
    const size = recordSizeAt(chunk, at, end, end);
    if (size === 0) break;
    if (last !== undefined && u64(chunk, at + 8) !== u64(chunk, last.offset + 8) + 1) break;
    last = { offset: at, size };
    records.push(last);
    at += size;
  }
  return { records, gaps, unused: end - at };
}

/** Whether a record with a sound frame begins at `at` and ends before `end`. */
export function hasRecordAt(bytes: Buffer, at: number, end: number): boolean {
  return recordSizeAt(bytes, at, end, end) > 0;
}

/** Size of the record at `at`, or 0 where none can be. */
function recordSizeAt(chunk: Buffer, at: number, end: number, stop: number): number {
  if (at + RECORD_MIN_SIZE > end || u32(chunk, at) !== RECORD_SIGNATURE) return 0;
  const size = u32(chunk, at + 4);
  if (size < RECORD_MIN_SIZE || at + size > end) return 0;
  const next = at + size;
  if (u32(chunk, next - RECORD_TRAILER_SIZE) === size) return size;
  // The copy of the size is damaged: what follows must then bear the size out.
  const followed = next === stop || (next + 4 <= end && u32(chunk, next) === RECORD_SIGNATURE);
  return followed ? size : 0;
}

function findRecord(chunk: Buffer, from: number, end: number, stop: number): number {
  for (let at = chunk.indexOf(signature, from); at >= 0 && at < stop; at = chunk.indexOf(signature, at + 1)) {
    if (recordSizeAt(chunk, at, end, stop) > 0) return at;
  }
  return stop;
}

/** Whether bytes that are no chunk still look as if records had been in them. */
export function hasRecordTraces(bytes: Buffer, end: number): boolean {
  for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1)) {
    if (at + RECORD_MIN_SIZE > end) return false;
    const size = u32(bytes, at + 4);
    if (size >= RECORD_MIN_SIZE && size <= CHUNK_SIZE) return true;
  }
  return false;
}

function isZero(chunk: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (chunk[i] !== 0) return false;
  return true;
}
