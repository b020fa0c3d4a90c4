import type { SourceBatch } from '../source/index.ts';
import type { BatchRunner, CommitOutcome } from './batch-runner.ts';

/** Longest that what is judged waits to be written. */
const everyMs = 25;

type Runner = Pick<BatchRunner, 'judge' | 'commit' | 'advance' | 'finish'>;

/**
 * Decides about live batches as they come, and commits several at a time. A live source hands over one start or two
 * at a time; a commit takes longer than deciding about them, and where the disk is busy it takes very much longer.
 */
export class GroupCommit {
  readonly #runner: Runner;
  readonly #handOn: (outcome: CommitOutcome) => Promise<void>;
  readonly #maxRecords: number;
  readonly #failure = Promise.withResolvers<never>();
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #waiting = 0;

  /** `handOn` is told of what was committed, one outcome after the other. `maxRecords`: never wait for more. */
  constructor(runner: Runner, maxRecords: number, handOn: (outcome: CommitOutcome) => Promise<void>) {
    this.#runner = runner;
    this.#maxRecords = maxRecords;
    this.#handOn = handOn;
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects with what made a commit fail, or the handing on, that nobody waited for. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Resolves when the batch is decided about. */
  async take(sourceName: string, batch: SourceBatch): Promise<void> {
    await this.#runner.judge(sourceName, batch);
    this.#waiting += batch.recordsRead;
    if (this.#waiting >= this.#maxRecords) await this.flush();
    else this.#arm();
  }

  /** Resolves when all that was taken is committed and handed on. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#runner.commit());
  }

  /** See Pipeline.advance. */
  advance(timeMs: number): Promise<void> {
    return this.#inTurn(() => this.#runner.advance(timeMs));
  }

  /** See Pipeline.finish. */
  finish(): Promise<void> {
    return this.#inTurn(() => this.#runner.finish());
  }

  /** Nothing is committed any more unless somebody asks for it. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #inTurn(commit: () => Promise<CommitOutcome>): Promise<void> {
    const turn = this.#turn.then(async () => {
      this.#waiting = 0;
      await this.#handOn(await commit());
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The timer stands until its commit is handed on: whoever is slow to take alerts does not heap them up here. */
  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.flush().then(() => {
        this.#timer = undefined;
        if (this.#waiting > 0) this.#arm();
      }, this.#failure.reject);
    }, everyMs);
  }
}
