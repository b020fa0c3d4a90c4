import { decodeWinEvent, type WinEvent } from '../event/index.ts';
import {
  type ControlRecord,
  decodeRecords,
  NativeSource,
  queryChannel,
  type RecordReceiver,
  RecordStream,
} from '../windows/index.ts';
import { CaptureTotals } from './capture-totals.ts';
import type { ReadOptions, SourceBatch } from './event-source.ts';
import { LiveBatchBuilder } from './live-batch-builder.ts';
import { channels, type LiveOptions, type LiveSource, type LiveStats } from './live-source.ts';

/** The library reads no more than this between two bookmarks. */
const maxNativeBatch = 512;
const sysmonErrorId = 255;

/**
 * One channel of the event log, resumed strictly after its bookmark. A batch ends only where Windows gave
 * a bookmark, so that none is ever committed with a bookmark that covers more or less than the batch.
 */
export class EventLogSource implements LiveSource {
  readonly name: string;
  readonly #channel: string;
  readonly #options: LiveOptions;
  readonly #totals = new CaptureTotals();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#channel = channels[options.channel ?? this.#presentChannel()];
    this.name = `eventlog:${this.#channel}`;
  }

  stats(): LiveStats {
    return { captures: this.#totals.read(), duplicates: 0 };
  }

  async *batches(options: ReadOptions): AsyncGenerator<SourceBatch, void, void> {
    if (options.signal?.aborted) return;
    const size = Math.min(options.batchSize, maxNativeBatch);
    const capture = NativeSource.openEventLog(this.#options.library, {
      channel: this.#channel,
      bookmark: options.bookmark,
      fromOldest: this.#options.fromOldest ?? false,
      batch: size,
    });
    this.#totals.open(() => ({ [this.#channel]: capture.counters() }));
    const stream = new RecordStream(capture);
    const stop = (): void => stream.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    const builder = new LiveBatchBuilder();
    const full: SourceBatch[] = [];
    const receiver: RecordReceiver = {
      winEvent: (event) => {
        if (event.eventId === sysmonErrorId) this.#tellSysmonError(event);
        builder.add(decodeWinEvent(event), event.position);
      },
      control: (record) => {
        if (record.kind !== 'bookmark') this.#tell(record);
        else if (builder.records > 0) full.push(builder.take(record.bookmark));
      },
      process: () => builder.addFiltered(),
      unknown: () => builder.addFiltered(),
      malformed: (message, sequence) =>
        builder.addMalformed(message, { source: this.#channel, record: sequence, offset: 0 }),
    };
    try {
      for await (const batch of stream) {
        builder.addBytes(batch.bytes.length);
        decodeRecords(batch.bytes, this.#channel, receiver);
        for (const each of full) yield { ...each, hasMore: each.recordsRead >= size };
        full.length = 0;
      }
      // What came after the last bookmark is read again by the next run, which resumes before it.
    } finally {
      options.signal?.removeEventListener('abort', stop);
      this.#totals.close();
    }
  }

  #presentChannel(): 'sysmon' | 'security' {
    return queryChannel(this.#options.library, channels.sysmon)?.enabled === true ? 'sysmon' : 'security';
  }

  #tell(record: Exclude<ControlRecord, { kind: 'bookmark' }>): void {
    this.#options.onNotice({ source: this.name, ...record });
  }

  #tellSysmonError(event: WinEvent): void {
    this.#options.onNotice({
      source: this.name,
      kind: 'sysmon-error',
      timestamp: event.timeCreated,
      text: `${event.data['ID'] ?? ''}: ${event.data['Description'] ?? ''}`,
    });
  }
}
