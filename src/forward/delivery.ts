import type { Log } from '../log/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import { type BackoffOptions, backoffMs } from './backoff.ts';
import { DeliveryWindow } from './delivery-window.ts';
import { DeliveryFailure, type Destination, type SendResult } from './destination.ts';
import { LoneRefusals } from './lone-refusals.ts';
import type { OutboxQueue, QueuedEntry, RejectedEntry, SeqRange } from './outbox.ts';
import type { Timers } from './timers.ts';

export interface DeliveryOptions {
  readonly name: string;
  readonly destination: Destination;
  readonly queue: OutboxQueue;
  readonly accepts: (entry: QueuedEntry) => boolean;
  readonly batch: {
    readonly maxEntries: number;
    readonly maxBytes: number;
    /** How long a batch that is not full waits for more. */
    readonly maxAgeMs: number;
  };
  readonly backoff: BackoffOptions;
  /** For one batch, from connecting to the last answer. */
  readonly timeoutMs: number;
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Called with what a receiver will never take. */
  readonly onRejected: (destination: string, rejected: readonly RejectedEntry[]) => void;
}

export interface DeliveryStatus {
  readonly name: string;
  /** `gathering`: for a batch to fill. `waiting`: after a failure, for the next try. */
  readonly state: 'idle' | 'gathering' | 'sending' | 'waiting' | 'stopped';
  /** In a row. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
}

/** Whether nothing gets there: the last attempt failed, or none is made any more. */
export function isFailing({ state, failures }: DeliveryStatus): boolean {
  return failures > 0 || state === 'stopped';
}

/** How often an idle delivery looks, should nobody have woken it. */
const pollMs = 1_000;
const maxReasonLength = 1_000;

/**
 * Takes the outbox to one destination, in order, at least once. Each destination has one, with its own cursor,
 * backoff and pace, so that a destination which fails delays nobody else.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  #running: Promise<void> | undefined;
  #isStopped = false;
  /** Send what there is without waiting for batches to fill. */
  #isHasty = false;
  #isWoken = false;
  #wait = new AbortController();
  #attempted = new AbortController();
  #state: DeliveryStatus['state'] = 'idle';
  #failures = 0;
  #lastFailure: string | undefined;
  #window: DeliveryWindow;
  readonly #refusals = new LoneRefusals();
  /** Entries tried at a time: halved when a batch fails, doubled when one succeeds. */
  #pace: number;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#window = new DeliveryWindow(options.queue.cursor(options.name));
    this.#pace = options.batch.maxEntries;
  }

  start(): void {
    if (this.#running !== undefined) return;
    const { queue, name } = this.#options;
    // Until now another delivery may have gone on to this destination.
    this.#window = new DeliveryWindow(queue.cursor(name));
    this.#refusals.clear();
    this.#running = this.#run();
  }

  /** There may be more to send. */
  wake(): void {
    this.#isWoken = true;
    if (this.#state === 'idle') this.#wait.abort();
  }

  /** Ends a wait after a failure, or for a batch to fill. */
  retryNow(): void {
    this.#wait.abort();
  }

  /** From now on no batch waits to fill. */
  hurry(): void {
    this.#isHasty = true;
    this.#wait.abort();
  }

  /** Ends what is under way; what was not answered is sent again by the next run. */
  async stop(): Promise<void> {
    const { destination, log, name } = this.#options;
    this.#isStopped = true;
    this.#attempted.abort();
    this.#wait.abort();
    await this.#running;
    this.#state = 'stopped';
    try {
      await destination.close();
    } catch (error) {
      log.warn('a destination did not close', { destination: name, error });
    }
  }

  get status(): DeliveryStatus {
    const { name } = this.#options;
    return { name, state: this.#state, failures: this.#failures, lastFailure: this.#lastFailure };
  }

  /** Whether everything that is queued now is done with and written down. */
  get isDrained(): boolean {
    if (!this.#window.isEmpty || this.#window.hasUnsaved) return false;
    const { queue, name } = this.#options;
    return queue.read(name, this.#window.cursor, { maxEntries: 1, maxBytes: 0 }).length === 0;
  }

  /** What must stay in the queue now: while sending all that was read, otherwise what is not to be sent any more. */
  get inFlight(): readonly SeqRange[] {
    return this.#state === 'sending' ? this.#window.range : this.#window.answered;
  }

  /** Entries were dropped from the queue; what of them waits here to be sent again is not. */
  forgetDropped(): void {
    if (this.#state === 'sending' || this.#window.isEmpty) return;
    const { queue, name, batch } = this.#options;
    const queued = new Set<number>();
    for (let after = this.#window.cursor; after < this.#window.passed; ) {
      const entries = queue.read(name, after, batch);
      for (const { seq } of entries) queued.add(seq);
      after = entries.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
    }
    this.#window.retain((seq) => queued.has(seq));
    this.#advance();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#isWoken = false;
      try {
        if (await this.#step()) continue;
      } catch (error) {
        // The store cannot be read, or a destination broke its contract; neither may end the delivery.
        this.#options.log.error('a delivery failed unexpectedly', { destination: this.#options.name, error });
      }
      this.#state = 'idle';
      if (!this.#isWoken) await this.#pause(pollMs);
    }
  }

  /** One batch, if there is one. False when there is nothing to do but wait. */
  async #step(): Promise<boolean> {
    if (this.#window.isEmpty) {
      let batch = this.#read();
      if (batch.length > 0 && !this.#isFull(batch) && !this.#isHasty) {
        this.#state = 'gathering';
        await this.#pause(this.#options.batch.maxAgeMs);
        if (this.#isStopped) return true;
        batch = this.#read();
      }
      this.#refusals.clear();
      this.#window.add(batch, this.#options.accepts);
      if (this.#window.isEmpty) {
        this.#settle();
        return batch.length > 0;
      }
    }
    await this.#send();
    return true;
  }

  #read(): QueuedEntry[] {
    const { queue, name, batch } = this.#options;
    return queue.read(name, this.#window.passed, batch);
  }

  #isFull(entries: readonly QueuedEntry[]): boolean {
    const { maxEntries, maxBytes } = this.#options.batch;
    const units = entries.reduce((sum, { document }) => sum + document.length, 0);
    // The next entry may be what did not fit any more.
    return entries.length >= maxEntries || units >= maxBytes / 2;
  }

  async #send(): Promise<void> {
    const entries = this.#next();
    this.#state = 'sending';
    const { verdicts, failure } = this.#refusals.judge(entries, await this.#attempt(entries));
    for (const [index, entry] of entries.entries()) this.#window.answer(entry, verdicts[index] ?? 'retry');
    this.#advance();
    if (this.#isStopped) return;
    if (failure === undefined) this.#succeed();
    else await this.#fail(entries.length, failure);
  }

  /** Of a window that is not empty. */
  #next(): readonly QueuedEntry[] {
    const { batch, accepts } = this.#options;
    const choose = (): readonly QueuedEntry[] => this.#refusals.choose(this.#window.waiting, this.#pace);
    // Something was refused alone: what comes behind it may tell whether it is the receiver.
    if (this.#refusals.wantsMore(this.#window.waiting, batch.maxEntries)) {
      this.#window.add(this.#read(), accepts);
    }
    const entries = choose();
    if (entries.length > 0) return entries;
    this.#refusals.startOver();
    return choose();
  }

  #advance(): void {
    const rejected = this.#window.advance();
    this.#settle();
    if (rejected.length > 0) this.#options.onRejected(this.#options.name, rejected);
  }

  async #attempt(entries: readonly QueuedEntry[]): Promise<SendResult> {
    const { destination, timers, timeoutMs } = this.#options;
    const attempted = new AbortController();
    const answered = new AbortController();
    this.#attempted = attempted;
    void timers.wait(timeoutMs, answered.signal).then(() => {
      if (!answered.signal.aborted) attempted.abort();
    });
    try {
      const result = await destination.send(entries, attempted.signal);
      if (result.failure !== undefined || result.verdicts.some((verdict) => verdict !== 'retry'))
        return result;
      // Tried again at once it would be tried for ever.
      const message = 'nothing of the batch was taken, and no reason given';
      return { ...result, failure: new DeliveryFailure(message, { code: 'ANSWER' }) };
    } catch (error) {
      return { verdicts: entries.map(() => 'retry'), failure: asFailure(error) };
    } finally {
      answered.abort();
    }
  }

  /** Writes down how far this destination is. While the disk is full the cursor moves on in memory. */
  #settle(): void {
    const { queue, name, log } = this.#options;
    try {
      this.#window.settle((settlement) => queue.settle(name, settlement));
    } catch (error) {
      log.error('the progress of a destination could not be saved', { destination: name, error });
    }
  }

  #succeed(): void {
    const { log, name, batch } = this.#options;
    if (this.#failures > 0) log.info('a destination takes documents again', { destination: name });
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#pace = Math.min(batch.maxEntries, this.#pace * 2);
  }

  async #fail(tried: number, failure: DeliveryFailure): Promise<void> {
    const { log, name, backoff, random } = this.#options;
    this.#pace = Math.max(1, Math.floor(tried / 2));
    // The receiver is well: smaller pieces are tried at once.
    if (failure.scope === 'batch') return;
    this.#failures++;
    if (this.#lastFailure !== failure.message) {
      const { peer, code: reason, message: detail } = failure;
      log.warn('a destination does not take documents', { destination: name, peer, reason, detail });
    }
    this.#lastFailure = failure.message;
    this.#state = 'waiting';
    await this.#pause(backoffMs(this.#failures, backoff, failure.retryAfterMs, random));
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isStopped) return;
    this.#wait = new AbortController();
    await this.#options.timers.wait(ms, this.#wait.signal);
  }
}

function asFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const message = escapeForTerminal(String(error), maxReasonLength);
  return new DeliveryFailure(message, { code: 'UNEXPECTED', cause: error });
}
