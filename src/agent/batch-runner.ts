import type { DeskOutcome } from '../alert/index.ts';
import type { Log } from '../log/index.ts';
import { noBookmark, type SourceBatch } from '../source/index.ts';
import { isOfStore } from '../store/index.ts';
import type { Engine } from './engine.ts';
import type { BatchOutcome, JudgedBatch } from './pipeline.ts';
import { withoutEvents } from './scoring.ts';
import type { Tally } from './tally.ts';

export interface BatchRunnerOptions {
  readonly engine: Engine;
  /** The same engine anew, from what the store holds. */
  readonly reopen: (tally: Tally) => Promise<Engine>;
  readonly log: Log;
}

/** What came of batches, and of how many records. */
export interface CommitOutcome extends BatchOutcome {
  readonly recordsRead: number;
}

/** With more than so many events at fault it is not the events. */
const maxFaultyEvents = 8;

const nothing: CommitOutcome = { scored: [], alerts: [], incidents: [], recordsRead: 0 };

/**
 * Takes batches through the engine, one thing at a time: each is judged as it comes, and several are committed
 * together. Keeps one event that the pipeline fails on from stopping the agent: the engine is opened anew, and the
 * event is found, counted as rejected and passed over. One that cannot even be scored costs nothing but itself.
 */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  #engine: Engine;
  #turn: Promise<unknown> = Promise.resolve();
  #workingSinceMs: number | undefined;
  #reopened = 0;
  #isStale = false;
  /** Judged by the engine at hand, and not committed yet. */
  #judged: JudgedBatch[] = [];
  /** Of what had to be committed before somebody asked for it. */
  #outcome = nothing;

  constructor(options: BatchRunnerOptions) {
    this.#options = options;
    this.#engine = options.engine;
  }

  get engine(): Engine {
    return this.#engine;
  }

  get tally(): Tally {
    return this.#engine.pipeline.tally;
  }

  /** How often the engine had to be opened anew after a failure. */
  get reopened(): number {
    return this.#reopened;
  }

  /** When the work at hand began, by `performance.now()`; `undefined` when there is none. */
  get workingSinceMs(): number | undefined {
    return this.#workingSinceMs;
  }

  /**
   * Decides about the next batch, which {@link commit} then keeps.
   * @throws what the pipeline throws where no single event is at fault, such as a store that cannot be written
   */
  judge(sourceName: string, batch: SourceBatch): Promise<void> {
    return this.#inTurn(() => this.#judge(sourceName, batch));
  }

  /**
   * Keeps all that is judged, and tells what came of it.
   * @throws as {@link judge}
   */
  commit(): Promise<CommitOutcome> {
    return this.#inTurn(async () => {
      await this.#commit();
      return this.#takeOutcome();
    });
  }

  /**
   * See Pipeline.advance; commits what is judged first.
   * @throws what the pipeline throws; then it goes on from what the store holds
   */
  advance(timeMs: number): Promise<CommitOutcome> {
    return this.#afterCommit(() => this.#engine.pipeline.advance(timeMs));
  }

  /**
   * See Pipeline.finish; commits what is judged first.
   * @throws as {@link advance}
   */
  finish(): Promise<CommitOutcome> {
    return this.#afterCommit(() => this.#engine.pipeline.finish());
  }

  /** Puts another engine in the place of this one; if it does not open, this one stays and the error is thrown. */
  exchange(open: (tally: Tally) => Promise<Engine>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#commit();
      const next = await open(this.tally);
      const previous = this.#engine;
      this.#engine = next;
      await previous.scorer.close();
    });
  }

  /** What is judged and not committed is let go. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#engine.scorer.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#workingSinceMs = performance.now();
      try {
        if (this.#isStale) await this.#reopen(new Error('it did not open before'));
        return await work();
      } finally {
        this.#workingSinceMs = undefined;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #judge(sourceName: string, batch: SourceBatch): Promise<void> {
    try {
      this.#judged.push(await this.#engine.pipeline.judge(sourceName, batch));
    } catch (error) {
      // With a store that cannot be written every event fails alike.
      if (isOfStore(error)) throw error;
      await this.#isolate([...this.#judged, { sourceName, batch }], error);
    }
  }

  async #commit(): Promise<void> {
    if (this.#judged.length === 0) return;
    const judged = this.#judged;
    try {
      this.#keep(judged);
    } catch (error) {
      if (isOfStore(error)) throw error;
      await this.#isolate(judged, error);
    }
  }

  #keep(judged: readonly JudgedBatch[]): void {
    const { pipeline } = this.#engine;
    const undoCounts = this.tally.alerts.snapshot();
    try {
      const outcome = pipeline.keep(judged);
      const recordsRead = judged.reduce((sum, { batch }) => sum + batch.recordsRead, 0);
      this.#outcome = join(this.#outcome, { ...outcome, recordsRead });
      this.#judged = [];
    } catch (error) {
      undoCounts();
      throw error;
    }
  }

  #afterCommit(work: () => DeskOutcome): Promise<CommitOutcome> {
    return this.#inTurn(async () => {
      await this.#commit();
      const undoCounts = this.tally.alerts.snapshot();
      try {
        this.#outcome = join(this.#outcome, { ...nothing, ...work() });
      } catch (error) {
        undoCounts();
        // What was closed is gone from memory, and the store has nothing of it.
        await this.#reopen(error);
        throw error;
      }
      return this.#takeOutcome();
    });
  }

  #takeOutcome(): CommitOutcome {
    const outcome = this.#outcome;
    this.#outcome = nothing;
    return outcome;
  }

  /** Commits these batches, of which one made the engine fail, without the events at fault. */
  async #isolate(batches: readonly UntriedBatch[], error: unknown): Promise<void> {
    await this.#reopen(error);
    const [only] = batches;
    const parts: UntriedBatch[] =
      only !== undefined && batches.length === 1 ? this.#without(only, error) : [...batches];
    let faulty = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      try {
        this.#keep([await this.#engine.pipeline.judge(part.sourceName, part.batch)]);
      } catch (again) {
        if (isOfStore(again)) throw again;
        await this.#reopen(again);
        if (part.batch.events.length === 1 && ++faulty > maxFaultyEvents) throw again;
        parts.unshift(...this.#without(part, again));
      }
    }
  }

  /** A batch that failed in parts, or, when it is of one event, without it. */
  #without({ sourceName, batch }: UntriedBatch, failure: unknown): UntriedBatch[] {
    const [event] = batch.events;
    if (event === undefined) throw failure;
    if (batch.events.length === 1) {
      return [{ sourceName, batch: withoutEvents(batch, new Map([[event, failure]])) }];
    }
    // Until the whole batch is done, a crash leads back to before it.
    const before = this.#engine.bookmarks.get(sourceName) ?? noBookmark;
    return halve(batch, before).map((part) => ({ sourceName, batch: part }));
  }

  async #reopen(error: unknown): Promise<void> {
    this.#reopened++;
    this.#options.log.error('The pipeline is opened anew', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    const previous = this.#engine;
    this.#judged = [];
    // Nothing is taken before it opens.
    this.#isStale = true;
    this.#engine = await this.#options.reopen(this.tally);
    this.#isStale = false;
    await previous.scorer.close();
  }
}

type UntriedBatch = Pick<JudgedBatch, 'sourceName' | 'batch'>;

function join(first: CommitOutcome, second: CommitOutcome): CommitOutcome {
  if (first === nothing) return second;
  return {
    scored: [...first.scored, ...second.scored],
    alerts: [...first.alerts, ...second.alerts],
    incidents: [...first.incidents, ...second.incidents],
    recordsRead: first.recordsRead + second.recordsRead,
  };
}

/** Two batches that together are this one. What is not an event is counted with the second. */
function halve(batch: SourceBatch, before: string): readonly [SourceBatch, SourceBatch] {
  const middle = Math.floor(batch.events.length / 2);
  const first = {
    events: batch.events.slice(0, middle),
    recordsRead: middle,
    filtered: 0,
    rejections: [],
    warnings: [],
    bytesRead: 0,
    bytesSkipped: 0,
    bookmark: before,
  };
  return [first, { ...batch, events: batch.events.slice(middle), recordsRead: batch.recordsRead - middle }];
}
