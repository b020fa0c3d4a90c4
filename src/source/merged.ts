import { setTimeout } from 'node:timers/promises';
import type { HostEvent } from '../event/index.ts';
import { bookmarkOf, readPositions, writePositions } from './capture-positions.ts';
import { type EventSource, hasMoreAfter, type ReadOptions, type SourceBatch } from './event-source.ts';
import type { LiveSource, LiveStats } from './live-source.ts';
import { StartMerger } from './start-merger.ts';

type Turn =
  | { readonly from: 'sysmon' | 'kernel'; readonly result: IteratorResult<SourceBatch, void> }
  | { readonly from: 'timer' };

/** Two captures at once as one stream, each start once. See StartMerger. */
export class MergedSource implements LiveSource {
  readonly name = 'etw+sysmon';
  readonly #kernel: LiveSource;
  readonly #sysmon: LiveSource;
  readonly #steadyMs: () => number;
  readonly #merger = new StartMerger();
  /** What the last batch of each capture said. */
  readonly #hasMore = { sysmon: false, kernel: false };

  /** `steadyMs`: the clock of waits, in milliseconds, which runs on when the system's is set. */
  constructor(kernel: LiveSource, sysmon: LiveSource, steadyMs = () => performance.now()) {
    this.#kernel = kernel;
    this.#sysmon = sysmon;
    this.#steadyMs = steadyMs;
  }

  stats(): LiveStats {
    return {
      captures: { ...this.#kernel.stats().captures, ...this.#sysmon.stats().captures },
      duplicates: this.#merger.duplicates,
    };
  }

  async *batches(options: ReadOptions): AsyncGenerator<SourceBatch, void, void> {
    const positions: Record<string, string> = { ...readPositions(options.bookmark) };
    // One that fails must not leave the other capturing.
    const failure = new AbortController();
    const signal =
      options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
    const open = (source: EventSource) =>
      source
        .batches({ batchSize: options.batchSize, signal, ...bookmarkOf(positions, source.name) })
        [Symbol.asyncIterator]();
    const iterators = { sysmon: open(this.#sysmon), kernel: open(this.#kernel) };
    const next = (from: 'sysmon' | 'kernel'): Promise<Turn> =>
      iterators[from].next().then((result) => ({ from, result }));
    const pending = new Map<Turn['from'], Promise<Turn>>([
      ['sysmon', next('sysmon')],
      ['kernel', next('kernel')],
    ]);
    try {
      while (pending.has('sysmon') || pending.has('kernel')) {
        const turn = await this.#nextTurn(pending);
        pending.delete(turn.from);
        if (turn.from === 'timer') {
          const events = this.#merger.expire(this.#steadyMs());
          // Nothing came meanwhile: what the last batches said of more is over.
          this.#hasMore.sysmon = false;
          this.#hasMore.kernel = false;
          if (events.length > 0) yield this.#batchOf(events, writePositions(positions));
          continue;
        }
        if (turn.result.done === true) {
          this.#hasMore[turn.from] = false;
          continue;
        }
        const batch = turn.result.value;
        const source = turn.from === 'sysmon' ? this.#sysmon : this.#kernel;
        positions[source.name] = batch.bookmark;
        this.#hasMore[turn.from] = hasMoreAfter(batch, options);
        yield this.#merge(turn.from, batch, writePositions(positions));
        pending.set(turn.from, next(turn.from));
      }
      const events = this.#merger.flush();
      if (events.length > 0) yield this.#batchOf(events, writePositions(positions));
    } finally {
      failure.abort();
      await Promise.allSettled([iterators.sysmon.return?.(), iterators.kernel.return?.()]);
    }
  }

  #nextTurn(pending: Map<Turn['from'], Promise<Turn>>): Promise<Turn> {
    const deadlineMs = this.#merger.deadlineMs;
    if (deadlineMs !== undefined && !pending.has('timer')) {
      const waitMs = Math.max(deadlineMs - this.#steadyMs(), 1);
      pending.set('timer', setTimeout(waitMs, { from: 'timer' }, { ref: false }));
    }
    return Promise.race(pending.values());
  }

  /** The batch with its events merged; a start that the other capture also had counts as filtered. */
  #merge(from: 'sysmon' | 'kernel', batch: SourceBatch, bookmark: string): SourceBatch {
    const duplicatesBefore = this.#merger.duplicates;
    const events: HostEvent[] = [];
    for (const event of batch.events) {
      events.push(
        ...(from === 'sysmon'
          ? this.#merger.fromSysmon(event)
          : this.#merger.fromKernel(event, this.#steadyMs())),
      );
    }
    const filtered = batch.filtered + this.#merger.duplicates - duplicatesBefore;
    return {
      ...batch,
      events,
      filtered,
      recordsRead: events.length + filtered + batch.rejections.length,
      hasMore: this.#anyHasMore,
      bookmark,
    };
  }

  /** Of events that waited, and were counted with no batch. */
  #batchOf(events: HostEvent[], bookmark: string): SourceBatch {
    return {
      events,
      recordsRead: events.length,
      filtered: 0,
      rejections: [],
      warnings: [],
      bytesRead: 0,
      bytesSkipped: 0,
      hasMore: this.#anyHasMore,
      bookmark,
    };
  }

  get #anyHasMore(): boolean {
    return this.#hasMore.sysmon || this.#hasMore.kernel;
  }
}
