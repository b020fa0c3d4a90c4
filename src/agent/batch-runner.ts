import type { DeskOutcome } from '../alert/index.ts';
import { AgentError } from '../errors/index.ts';
import type { HostEvent } from '../event/index.ts';
import type { Log } from '../log/index.ts';
import type { SourceBatch } from '../source/index.ts';
import type { Engine } from './engine.ts';
import type { BatchOutcome } from './pipeline.ts';
import type { Tally } from './tally.ts';

export interface BatchRunnerOptions {
  readonly engine: Engine;
  /** The same engine anew, from what the store holds. */
  readonly reopen: (tally: Tally) => Promise<Engine>;
  readonly log: Log;
}

/** With more than so many events at fault it is not the events. */
const maxFaultyEvents = 8;

/**
 * Takes batches through the engine, one thing at a time, and keeps one event that the pipeline fails on from
 * stopping the agent: the engine is opened anew, and the event is found, counted as rejected and passed over.
 */
export class BatchRunner {
  readonly #options: BatchRunnerOptions;
  #engine: Engine;
  #turn: Promise<unknown> = Promise.resolve();
  #workingSinceMs: number | undefined;
  #reopened = 0;
  #isStale = false;

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

  /** @throws what the pipeline throws where no single event is at fault, such as a store that cannot be written */
  process(sourceName: string, batch: SourceBatch): Promise<BatchOutcome> {
    return this.#inTurn(async () => {
      try {
        return await this.#attempt(sourceName, batch);
      } catch (error) {
        if (isOfStore(error)) throw error;
        return await this.#isolate(sourceName, batch, error);
      }
    });
  }

  /** See Pipeline.advance. */
  advance(timeMs: number): Promise<DeskOutcome> {
    return this.#inTurn(() => Promise.resolve(this.#engine.pipeline.advance(timeMs)));
  }

  /** See Pipeline.finish. */
  finish(): Promise<DeskOutcome> {
    return this.#inTurn(() => Promise.resolve(this.#engine.pipeline.finish()));
  }

  /** Puts another engine in the place of this one; if it does not open, this one stays and the error is thrown. */
  exchange(open: (tally: Tally) => Promise<Engine>): Promise<void> {
    return this.#inTurn(async () => {
      const next = await open(this.tally);
      const previous = this.#engine;
      this.#engine = next;
      await previous.scorer.close();
    });
  }

  /** Before anything else is taken, the engine is opened anew from what the store holds. */
  renew(): void {
    this.#isStale = true;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#engine.scorer.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      this.#workingSinceMs = performance.now();
      try {
        if (this.#isStale) {
          this.#isStale = false;
          await this.#reopen(new Error('the store holds another state'));
        }
        return await work();
      } finally {
        this.#workingSinceMs = undefined;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #attempt(sourceName: string, batch: SourceBatch): Promise<BatchOutcome> {
    const undoCounts = this.tally.alerts.snapshot();
    try {
      return await this.#engine.pipeline.process(sourceName, batch);
    } catch (error) {
      undoCounts();
      throw error;
    }
  }

  async #isolate(sourceName: string, batch: SourceBatch, error: unknown): Promise<BatchOutcome> {
    const outcomes: BatchOutcome[] = [];
    // Until the whole batch is done, a crash leads back to before it.
    const before = this.#engine.bookmarks.get(sourceName) ?? batch.bookmark;
    const parts: SourceBatch[] = [batch];
    let faulty = 0;
    let failure = error;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part !== batch) {
        try {
          outcomes.push(await this.#attempt(sourceName, part));
          continue;
        } catch (again) {
          if (isOfStore(again)) throw again;
          failure = again;
        }
      }
      await this.#reopen(failure);
      const [event] = part.events;
      if (event === undefined) throw failure;
      if (part.events.length > 1) {
        parts.unshift(...halve(part, before));
        continue;
      }
      if (++faulty > maxFaultyEvents) throw failure;
      parts.unshift(withoutEvent(part, event, failure));
    }
    return {
      scored: outcomes.flatMap(({ scored }) => scored),
      alerts: outcomes.flatMap(({ alerts }) => alerts),
      incidents: outcomes.flatMap(({ incidents }) => incidents),
    };
  }

  async #reopen(error: unknown): Promise<void> {
    this.#reopened++;
    this.#options.log.error('The pipeline is opened anew', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    const previous = this.#engine;
    this.#engine = await this.#options.reopen(this.tally);
    await previous.scorer.close();
  }
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

function withoutEvent(batch: SourceBatch, event: HostEvent, error: unknown): SourceBatch {
  const message = error instanceof Error ? error.message : String(error);
  const rejection = { code: 'PC_EVENT_UNPROCESSED', position: event.position, message } as const;
  return { ...batch, events: [], rejections: [...batch.rejections, rejection] };
}

/** A store that cannot be written fails with every event alike. */
function isOfStore(error: unknown): boolean {
  if (error instanceof AgentError) return error.code.startsWith('PC_STORE_');
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}
