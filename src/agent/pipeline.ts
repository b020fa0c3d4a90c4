import type { AlertDesk, DeskOutcome } from '../alert/index.ts';
import type { AnomalyEngine, ClosedBucket, InterimAnomaly, ScoredStart } from '../anomaly/index.ts';
import type { EventDetection, EventRules, MlRules } from '../detection/index.ts';
import type { ProcessTable } from '../lineage/index.ts';
import type { Log } from '../log/index.ts';
import type { Scorer } from '../problemchild/index.ts';
import { noBookmark, type SourceBatch } from '../source/index.ts';
import type { BookmarkTable, Store } from '../store/index.ts';
import type { DriftLog } from './drift.ts';
import type { PipelineState } from './pipeline-state.ts';
import { logUnprocessed, type Occurrence, scoreBatch } from './scoring.ts';
import { Tally } from './tally.ts';

/** Decides about each start as soon as it is scored, before its batch commits. */
export interface StartStage {
  take(
    start: ScoredStart,
    rarity: InterimAnomaly | undefined,
    detections: readonly EventDetection[],
  ): unknown;
  /**
   * Until what was wanted since the last call is done, or takes too long to be waited for; `undefined` when there
   * was nothing.
   */
  acted(): Promise<unknown> | undefined;
}

/** Takes starts that are the agent's own test: no rule, baseline or response sees them. */
export interface AsideStage {
  owns(start: ScoredStart): boolean;
  /** In the transaction of the batch; a batch that is tried again comes here again. */
  take(start: ScoredStart): void;
}

interface AsideStart {
  readonly kind: 'aside';
  readonly start: ScoredStart;
}

/** A start with what the jobs and rules make of it, in memory only. */
interface JudgedStart {
  readonly kind: 'judged';
  readonly start: ScoredStart;
  readonly rarity: InterimAnomaly | undefined;
  /** Buckets that this start closed. */
  readonly closed: readonly ClosedBucket[];
  readonly detections: readonly EventDetection[];
}

export interface PipelineParts {
  readonly table: ProcessTable;
  readonly scorer: Scorer;
  readonly eventRules: EventRules;
  readonly anomalies: AnomalyEngine;
  readonly mlRules: MlRules;
  readonly desk: AlertDesk;
  readonly store: Store;
  readonly state: PipelineState;
  readonly bookmarks: BookmarkTable;
  readonly drift: DriftLog;
  /** Told of starts that are passed over. */
  readonly log: Log | undefined;
  readonly response: StartStage | undefined;
  readonly aside: AsideStage | undefined;
  /** Takes what comes of a batch into the outbox, in the transaction that raised it. */
  readonly forward: ((outcome: DeskOutcome) => void) | undefined;
  /** Goes on counting, where an earlier pipeline of the same run began. */
  readonly tally?: Tally | undefined;
}

/** A batch that is decided about, and of which nothing is kept yet. */
export interface JudgedBatch {
  readonly sourceName: string;
  readonly batch: SourceBatch;
  readonly occurrences: readonly (Exclude<Occurrence, { kind: 'start' }> | JudgedStart | AsideStart)[];
}

export interface BatchOutcome extends DeskOutcome {
  readonly scored: readonly ScoredStart[];
}

/**
 * Everything between a source and those who are told: the same for live events and recordings. If a batch
 * fails, nothing of it is kept, and the pipeline must be opened anew from the store.
 */
export class Pipeline {
  readonly tally: Tally;
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.tally = parts.tally ?? new Tally(parts.desk.counters);
  }

  /** Takes one batch through to its alerts and commits them together with its bookmark. */
  async process(sourceName: string, batch: SourceBatch): Promise<BatchOutcome> {
    return this.keep([await this.judge(sourceName, batch)]);
  }

  /**
   * Scores the next batch and decides about its starts, in memory only. Whatever is judged must be kept, in the same
   * order, before anything else is told.
   */
  async judge(sourceName: string, batch: SourceBatch): Promise<JudgedBatch> {
    const { table, scorer, response, log } = this.#parts;
    const scored = await scoreBatch(batch, table, scorer);
    if (log !== undefined) logUnprocessed(log, batch, scored.batch);
    const occurrences = scored.occurrences.map((each) =>
      each.kind === 'start' ? this.#judge(each.start) : each,
    );
    // A process must not live on for as long as it takes to explain and store why it should not.
    await response?.acted();
    return { sourceName, batch: scored.batch, occurrences };
  }

  /** Takes judged batches, all that there are, through to their alerts; one transaction with their bookmarks. */
  keep(judged: readonly JudgedBatch[]): BatchOutcome {
    const { store, bookmarks } = this.#parts;
    const scored: ScoredStart[] = [];
    const outcome = store.transaction(() => {
      for (const { sourceName, batch, occurrences } of judged) {
        for (const each of occurrences) this.#keep(each, scored);
        if (batch.bookmark !== noBookmark) bookmarks.set(sourceName, batch.bookmark);
      }
      this.#save();
      return this.#drain();
    });
    for (const { batch } of judged) this.tally.countBatch(batch);
    this.tally.scored += scored.length;
    return { scored, ...outcome };
  }

  /** A finite recording has ended: closes what is open and tells what comes of it. */
  finish(): DeskOutcome {
    const { anomalies, mlRules, desk, store } = this.#parts;
    return store.transaction(() => {
      this.#takeBuckets(anomalies.flush());
      desk.takeAnomalies(mlRules.flush());
      desk.finish();
      this.#save();
      return this.#drain();
    });
  }

  /**
   * A quiet host's time goes on as well: closes what was over at a time of day. For live sources only, since it
   * is the one thing here that does not follow from the events.
   */
  advance(timeMs: number): DeskOutcome {
    const { anomalies, desk, store } = this.#parts;
    return store.transaction(() => {
      this.#takeBuckets(anomalies.closeUntil(timeMs));
      desk.passTime(timeMs);
      this.#save();
      return this.#drain();
    });
  }

  #judge(start: ScoredStart): JudgedStart | AsideStart {
    const { eventRules, anomalies, drift, response, aside } = this.#parts;
    if (aside?.owns(start) === true) return { kind: 'aside', start };
    drift.tally.count(start.event, start.prediction.maliciousProbability);
    // An undated start has no place among the buckets.
    const rarity = start.event.timestamp === undefined ? undefined : anomalies.observe(start);
    const closed = anomalies.takeClosed();
    const detections = eventRules.evaluate(start);
    response?.take(start, rarity, detections);
    return { kind: 'judged', start, rarity, closed, detections };
  }

  #keep(occurrence: JudgedBatch['occurrences'][number], scored: ScoredStart[]): void {
    const { desk, aside } = this.#parts;
    if (occurrence.kind === 'activity') {
      desk.takeActivity(occurrence.event, occurrence.processId);
      return;
    }
    scored.push(occurrence.start);
    if (occurrence.kind === 'aside') {
      aside?.take(occurrence.start);
      return;
    }
    this.#takeBuckets(occurrence.closed);
    desk.takeStart(occurrence.start, occurrence.rarity, occurrence.detections);
  }

  #takeBuckets(closed: readonly ClosedBucket[]): void {
    for (const bucket of closed) this.#parts.desk.takeAnomalies(this.#parts.mlRules.evaluate(bucket));
  }

  #drain(): DeskOutcome {
    const { desk, forward } = this.#parts;
    const outcome = desk.drain();
    forward?.(outcome);
    return outcome;
  }

  #save(): void {
    const { state, table, anomalies, mlRules, desk, drift } = this.#parts;
    state.save(table, anomalies, mlRules, desk);
    drift.save();
  }
}
