import type { ErrorCode } from '../errors/index.ts';
import type { HostEvent, RecordPosition } from '../event/index.ts';

/** A stream of records already decoded. Each batch is committed as a whole together with its bookmark. */
export interface EventSource {
  /** For people and counters: `file`, `stdin`, `etw`, `eventlog:Security`. */
  readonly name: string;
  /**
   * Batches in the order of the source, from after `bookmark` (or the beginning). Ends at the end of a
   * file; a live source ends when `signal` aborts, after it has handed over what it already held.
   */
  batches(options: ReadOptions): AsyncIterable<SourceBatch>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** A bookmark this source gave earlier. */
  readonly bookmark?: string;
  /** Most records in one batch. */
  readonly batchSize: number;
}

/** recordsRead = events.length + filtered + rejections.length, always. */
export interface SourceBatch {
  readonly events: readonly HostEvent[];
  /** Records seen in this batch, of any kind. */
  readonly recordsRead: number;
  /** Sound records that are no process start, end, network or DNS event. */
  readonly filtered: number;
  readonly rejections: readonly Rejection[];
  /** Damage that cost no record, e.g. the checksum of a log that was copied while it was open. */
  readonly warnings: readonly Rejection[];
  /** Bytes of (decompressed) input this batch covers; `bytesRead = in records + skipped`. */
  readonly bytesRead: number;
  readonly bytesSkipped: number;
  /** More had been captured already when this was handed over. Where a source does not say, see {@link hasMoreAfter}. */
  readonly hasMore?: boolean;
  /** Resumes after this batch; opaque to everyone but the source. {@link noBookmark} where there is no such place. */
  readonly bookmark: string;
}

/** Of a part of a first batch: a run that ends here begins at the beginning. */
export const noBookmark = '';

/** Whether more had been captured already, or is to be read, when this was handed over. */
export function hasMoreAfter(
  { hasMore, recordsRead }: SourceBatch,
  { batchSize }: Pick<ReadOptions, 'batchSize'>,
): boolean {
  return hasMore ?? recordsRead >= batchSize;
}

/** A record, or a stretch of a file, that could not be read. It is counted, reported and skipped. */
export interface Rejection {
  readonly code: ErrorCode;
  readonly position: RecordPosition;
  readonly message: string;
}
