import { decodeEtwRecord, type EtwProcessRecord } from '../event/index.ts';
import {
  type ControlRecord,
  decodeRecords,
  NativeSource,
  type RecordReceiver,
  RecordStream,
} from '../windows/index.ts';
import { CaptureTotals } from './capture-totals.ts';
import type { ReadOptions, SourceBatch } from './event-source.ts';
import { LiveBatchBuilder } from './live-batch-builder.ts';
import type { LiveOptions, LiveSource, LiveStats } from './live-source.ts';

/** Everything an ETW record carries from the kernel's event to the ring, for whoever measures delays. */
export type RecordObserver = (record: EtwProcessRecord, arrivalUs: number) => void;

export const etwName = 'etw';

/**
 * Process starts and ends as the kernel traces them. Tracing cannot be resumed: the bookmark is the time
 * of the last record, from which the next run tells how long nobody watched.
 */
export class EtwSource implements LiveSource {
  readonly name = etwName;
  readonly #options: LiveOptions;
  readonly #observe: RecordObserver | undefined;
  readonly #totals = new CaptureTotals();

  constructor(options: LiveOptions, observe?: RecordObserver) {
    this.#options = options;
    this.#observe = observe;
  }

  stats(): LiveStats {
    return { captures: this.#totals.read(), duplicates: 0 };
  }

  async *batches(options: ReadOptions): AsyncGenerator<SourceBatch, void, void> {
    if (options.signal?.aborted) return;
    const capture = NativeSource.openEtw(this.#options.library, this.#options.etw);
    this.#totals.open(() => ({ etw: capture.counters() }));
    const stream = new RecordStream(capture);
    const stop = (): void => stream.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    const builder = new LiveBatchBuilder();
    let last = options.bookmark ?? '';
    this.#tellBlindTime(options.bookmark);
    const full: SourceBatch[] = [];
    const receiver: RecordReceiver = {
      process: (record, arrivalUs) => {
        this.#observe?.(record, arrivalUs);
        builder.add(decodeEtwRecord(record, this.#options.host), record.position);
        if (record.kind !== 'running') last = record.timestamp;
        if (builder.records >= options.batchSize) full.push(builder.take(last));
      },
      control: (record) => this.#tell(record),
      winEvent: () => builder.addFiltered(),
      unknown: () => builder.addFiltered(),
      malformed: (message, sequence) =>
        builder.addMalformed(message, { source: this.name, record: sequence, offset: 0 }),
    };
    try {
      for await (const batch of stream) {
        builder.addBytes(batch.bytes.length);
        decodeRecords(batch.bytes, this.name, receiver);
        if (builder.records > 0) full.push(builder.take(last));
        for (const [index, each] of full.entries()) {
          yield { ...each, hasMore: index < full.length - 1 || stream.hasWaiting };
        }
        full.length = 0;
      }
    } finally {
      options.signal?.removeEventListener('abort', stop);
      this.#totals.close();
    }
  }

  #tellBlindTime(since: string | undefined): void {
    // The bookmark of a run that saw nothing says nothing.
    if (since === undefined || since === '') return;
    const timestamp = new Date(this.#options.clock.nowMs()).toISOString();
    this.#options.onNotice({ source: this.name, kind: 'blind', timestamp, since });
  }

  #tell(record: ControlRecord): void {
    if (record.kind !== 'bookmark') this.#options.onNotice({ source: this.name, ...record });
  }
}
