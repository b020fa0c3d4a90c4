import type { ErrorCode } from '../errors/index.ts';
import type { Decoded, HostEvent, RecordPosition } from '../event/index.ts';
import type { Rejection, SourceBatch } from './event-source.ts';

/** Collects what a reader makes of its input until a batch is full. Every record is counted exactly once. */
export class BatchBuilder {
  readonly #size: number;
  #events: HostEvent[] = [];
  #rejections: Rejection[] = [];
  #warnings: Rejection[] = [];
  #filtered = 0;
  #bytesRead = 0;
  #bytesSkipped = 0;
  #unreadable = 0;

  /** `size`: most records in one batch. */
  constructor(size: number) {
    this.#size = size;
  }

  get isFull(): boolean {
    return this.#events.length + this.#rejections.length + this.#filtered >= this.#size;
  }

  get isEmpty(): boolean {
    const records = this.#events.length + this.#rejections.length + this.#filtered;
    return records + this.#warnings.length + this.#bytesRead === 0;
  }

  /** How often since the beginning a file could not be read, or not to its end. */
  get unreadable(): number {
    return this.#unreadable;
  }

  add(decoded: Decoded, position: RecordPosition): void {
    if (decoded.kind === 'filtered') this.#filtered += 1;
    else if (decoded.kind === 'refused') this.reject(decoded.code, position, decoded.message);
    else this.#events.push(decoded);
  }

  addFiltered(): void {
    this.#filtered += 1;
  }

  reject(code: ErrorCode, position: RecordPosition, message: string): void {
    this.#rejections.push({ code, position, message });
    if (code === 'PC_SOURCE_UNREADABLE') this.#unreadable += 1;
  }

  /** Reports damage that cost no record. */
  warn(code: ErrorCode, position: RecordPosition, message: string): void {
    this.#warnings.push({ code, position, message });
  }

  /** Counts bytes of input the batch covers. */
  read(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** Says of bytes counted by {@link read} that no record came of them. */
  skip(bytes: number): void {
    this.#bytesSkipped += bytes;
  }

  /** The batch, and an empty builder. */
  take(bookmark: string): SourceBatch {
    const batch: SourceBatch = {
      events: this.#events,
      recordsRead: this.#events.length + this.#rejections.length + this.#filtered,
      filtered: this.#filtered,
      rejections: this.#rejections,
      warnings: this.#warnings,
      bytesRead: this.#bytesRead,
      bytesSkipped: this.#bytesSkipped,
      bookmark,
    };
    this.#events = [];
    this.#rejections = [];
    this.#warnings = [];
    this.#filtered = 0;
    this.#bytesRead = 0;
    this.#bytesSkipped = 0;
    return batch;
  }
}
