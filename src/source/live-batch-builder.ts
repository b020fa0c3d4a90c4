import type { Decoded, HostEvent, RecordPosition } from '../event/index.ts';
import type { Rejection, SourceBatch } from './event-source.ts';

/** Gathers decoded records until there are enough for a batch or the source has a bookmark for them. */
export class LiveBatchBuilder {
  #events: HostEvent[] = [];
  #rejections: Rejection[] = [];
  #filtered = 0;
  #bytesRead = 0;

  get records(): number {
    return this.#events.length + this.#filtered + this.#rejections.length;
  }

  add(decoded: Decoded, position: RecordPosition): void {
    switch (decoded.kind) {
      case 'filtered':
        this.#filtered++;
        return;
      case 'refused':
        this.#rejections.push({ code: decoded.code, position, message: decoded.message });
        return;
      default:
        this.#events.push(decoded);
    }
  }

  addFiltered(): void {
    this.#filtered++;
  }

  addMalformed(message: string, position: RecordPosition): void {
    this.#rejections.push({ code: 'PC_NATIVE_RECORD', position, message });
  }

  addBytes(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** Everything gathered so far as a batch that resumes at `bookmark`. */
  take(bookmark: string): SourceBatch {
    const batch: SourceBatch = {
      events: this.#events,
      recordsRead: this.records,
      filtered: this.#filtered,
      rejections: this.#rejections,
      warnings: [],
      bytesRead: this.#bytesRead,
      bytesSkipped: 0,
      bookmark,
    };
    this.#events = [];
    this.#rejections = [];
    this.#filtered = 0;
    this.#bytesRead = 0;
    return batch;
  }
}
