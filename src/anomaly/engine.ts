import { AnomalyAnalysis } from './anomaly-analysis.ts';
import type { Baseline } from './baseline/baseline.ts';
import { baselineFromMemory } from './baseline/baseline-learning.ts';
import type { UserHash } from './baseline/user-hash.ts';
import { decodeJournal, encodeJournal } from './journal.ts';
import { type AnomalyOptions, defaultAnomalyOptions } from './options.ts';
import { noPriors, type Priors } from './priors.ts';
import type { AnomalyRecord, ClosedBucket, InterimAnomaly, Rescore } from './record.ts';
import type { AnomalyCounters, AnomalyPort, AnomalyState } from './saved-state.ts';
import type { ScoredStart } from './scored-start.ts';
import { collectChanges, forgetChanges, markEverything, restoreState } from './state-transfer.ts';
import { createSubjectReader, type Subject, type SubjectReader } from './subject.ts';

export interface AnomalyEngineParts {
  readonly options?: Partial<AnomalyOptions>;
  readonly priors?: Priors;
  /** What an earlier engine saved, under the same options. */
  readonly state?: AnomalyState | undefined;
}

/**
 * The six anomaly jobs and what they remember between runs. The outcome depends on the starts and their
 * order alone: not on batches, restarts or the time of day.
 *
 * Writing every count that a batch moves would cost more than all the rest. So a batch saves its starts, in
 * few bytes each, in a journal; now and then a checkpoint saves the counts and empties the journal. An
 * engine that begins from a state takes the starts of the journal once more, silently.
 */
export class AnomalyEngine {
  readonly #options: AnomalyOptions;
  readonly #analysis: AnomalyAnalysis;
  readonly #readSubject: SubjectReader;
  readonly #excluded: ReadonlySet<string>;
  #unsaved: Subject[] = [];
  #sinceCheckpoint = 0;
  /** Something happened that the journal cannot tell. */
  #mustCheckpoint = false;
  #page = 0;
  #closed: ClosedBucket[] = [];
  #unsavedRecords: AnomalyRecord[] = [];
  #unsavedRescores: Rescore[] = [];

  constructor({ options, priors = noPriors, state }: AnomalyEngineParts = {}) {
    this.#options = { ...defaultAnomalyOptions, ...options };
    this.#readSubject = createSubjectReader(this.#options);
    this.#excluded = new Set(this.#options.excludedProcessNames.map((name) => name.toLowerCase()));
    this.#analysis = new AnomalyAnalysis(
      this.#options,
      this.#options.priors ? priors : noPriors,
      state?.totals?.counters,
    );
    if (state !== undefined) this.#restore(state);
  }

  /**
   * Takes the next start. Returns how unusual it is if it is flagged; the buckets that it closes are to be
   * had from {@link takeClosed}.
   */
  observe(start: ScoredStart): InterimAnomaly | undefined {
    const subject = this.#readSubject(start, this.#isFlagged(start));
    this.#unsaved.push(subject);
    return this.#analysis.take(subject);
  }

  /** The buckets that closed since the last call, in the order in which they closed. */
  takeClosed(): ClosedBucket[] {
    this.#collect();
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** Closes every open bucket: a finite recording has ended. */
  flush(): ClosedBucket[] {
    this.#analysis.flush();
    this.#mustCheckpoint = true;
    return this.takeClosed();
  }

  /**
   * Closes the buckets that are over, with their grace, at a time of day: for a live source that falls
   * silent. Starts that come later than the grace are late then, where a replay would have taken them.
   */
  closeUntil(timeMs: number): ClosedBucket[] {
    this.#analysis.closeUntil(timeMs);
    this.#mustCheckpoint = true;
    return this.takeClosed();
  }

  /** Saves what happened since the last save. If the port throws, everything is still to be saved. */
  save(port: AnomalyPort): void {
    this.#collect();
    const { mode, checkpointStarts } = this.#options;
    const found = { records: this.#unsavedRecords, rescores: this.#unsavedRescores };
    const unsaved = this.#unsaved.length;
    if (this.#mustCheckpoint || this.#sinceCheckpoint + unsaved >= checkpointStarts) {
      const changes = collectChanges(this.#analysis.memory, this.counters);
      port.checkpoint(mode, { ...changes.rows, ...found });
      changes.forget();
      this.#sinceCheckpoint = 0;
      this.#mustCheckpoint = false;
    } else if (unsaved > 0) {
      port.append(mode, { page: this.#page, text: encodeJournal(this.#unsaved) }, found);
      this.#sinceCheckpoint += unsaved;
      this.#page++;
    }
    this.#letGo();
  }

  /** The port holds nothing of this mode: the next save is of everything. */
  forgetSaved(): void {
    markEverything(this.#analysis.memory);
    this.#mustCheckpoint = true;
  }

  /** For a run that nothing comes after: what is unsaved is let go. */
  forgetChanges(): void {
    forgetChanges(this.#analysis.memory);
    this.#collect();
    this.#letGo();
  }

  /** What `default` mode has learnt, as of the last closed bucket of each host. */
  exportBaseline(userHash?: UserHash): Baseline {
    return baselineFromMemory(this.#analysis.memory, userHash);
  }

  get counters(): AnomalyCounters {
    return this.#analysis.counters.snapshot();
  }

  /** Hosts, users and parents in memory, and their (entity, process) pairs. */
  get size(): { readonly entities: number; readonly pairs: number } {
    const { entityCount, pairCount } = this.#analysis.memory;
    return { entities: entityCount, pairs: pairCount };
  }

  #isFlagged({ event, prediction }: ScoredStart): boolean {
    if (prediction.prediction !== 1 || prediction.maliciousProbability < this.#options.minProbability) {
      return false;
    }
    const name = event.process.name;
    return name === undefined || !this.#excluded.has(name.toLowerCase());
  }

  #restore(state: AnomalyState): void {
    restoreState(this.#analysis.memory, state);
    for (const { page, text } of state.journal) {
      for (const subject of decodeJournal(text)) {
        this.#analysis.take(subject);
        this.#sinceCheckpoint++;
      }
      this.#page = page + 1;
    }
    this.#analysis.takeClosed();
    this.#analysis.takeRescores();
  }

  #letGo(): void {
    this.#unsaved = [];
    this.#unsavedRecords = [];
    this.#unsavedRescores = [];
  }

  #collect(): void {
    const closed = this.#analysis.takeClosed();
    for (const bucket of closed) {
      this.#closed.push(bucket);
      for (const record of bucket.records) this.#unsavedRecords.push(record);
    }
    for (const rescore of this.#analysis.takeRescores()) this.#unsavedRescores.push(rescore);
  }
}
