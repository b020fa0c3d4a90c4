import type { Clock } from '../event/index.ts';
import type { Log } from '../log/index.ts';
import type { BackoffOptions } from './backoff.ts';
import { Delivery, type DeliveryOptions, type DeliveryStatus } from './delivery.ts';
import type { Destination } from './destination.ts';
import { type AgentFacts, createDeadLetterNotice, createDropNotice } from './notices.ts';
import type { Drop, OutboxEntry, OutboxLimits, OutboxQueue, RejectedEntry } from './outbox.ts';
import type { Timers } from './timers.ts';

/** A destination with what is particular to it. */
export interface Route {
  readonly name: string;
  readonly destination: Destination;
  readonly accepts: (entry: OutboxEntry) => boolean;
}

export interface ForwarderOptions {
  readonly queue: OutboxQueue;
  readonly routes: readonly Route[];
  readonly limits: OutboxLimits;
  readonly batch: DeliveryOptions['batch'];
  readonly backoff: BackoffOptions;
  readonly timeoutMs: number;
  readonly timers: Timers;
  /** The time of day, for what the forwarder itself reports. */
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly agent: AgentFacts;
}

/** How often limits are looked after. */
const upkeepMs = 1_000;
/** A look that comes later than this comes after a sleep of the machine, in which nothing could be sent: it counts for no more. */
const longestTickMs = 60_000;
/** Drops and refusals within this time make one alert. */
const noticeMs = 60_000;

/** Stands for all destinations in what is said about drops; no destination can have this name. */
const everyone = '*';

interface Refusal {
  count: number;
  readonly eventId: string;
  readonly reason: string;
}

/** Empties the outbox to all destinations and keeps it to its limits. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #deliveries: readonly Delivery[];
  readonly #accepts: ReadonlyMap<string, Route['accepts']>;
  readonly #refusals = new Map<string, Refusal>();
  readonly #stopped = new AbortController();
  #upkeep: Promise<void> | undefined;
  #lookedAfterMs: number;
  #noticedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    const { queue, routes, batch, backoff, timeoutMs, timers, random, log } = options;
    this.introduce();
    this.#accepts = new Map(routes.map(({ name, accepts }) => [name, accepts]));
    const onRejected = (destination: string, rejected: readonly RejectedEntry[]): void =>
      this.#noteRejected(destination, rejected);
    this.#deliveries = routes.map(
      ({ name, destination, accepts }) =>
        new Delivery({
          name,
          destination,
          accepts,
          queue,
          batch,
          backoff,
          timeoutMs,
          timers,
          random,
          log,
          onRejected,
        }),
    );
    this.#lookedAfterMs = timers.nowMs();
  }

  /** Makes the destinations known to the outbox, and once more to a file that took the place of another. */
  introduce(): void {
    const { queue, routes, log } = this.#options;
    const drops = queue.configure(routes.map(({ name }) => name));
    if (drops.length > 0) log.error('documents waited for destinations that were removed', { drops });
  }

  start(): void {
    for (const delivery of this.#deliveries) delivery.start();
    this.#upkeep ??= this.#lookAfter();
  }

  /** There are new entries. */
  wake(): void {
    for (const delivery of this.#deliveries) delivery.wake();
  }

  /** Whether a destination is to get this. */
  accepts(destination: string, entry: OutboxEntry): boolean {
    return this.#accepts.get(destination)?.(entry) ?? false;
  }

  /** Tries destinations that wait after a failure. */
  retryNow(names?: readonly string[]): void {
    for (const delivery of this.#deliveries) {
      if (names === undefined || names.includes(delivery.status.name)) delivery.retryNow();
    }
  }

  /** Resolves when everything that was queued is done with, or after `timeoutMs`; true in the first case. */
  async drain(timeoutMs: number): Promise<boolean> {
    const { timers } = this.#options;
    const endMs = timers.nowMs() + timeoutMs;
    for (const delivery of this.#deliveries) delivery.hurry();
    while (!this.#deliveries.every(({ isDrained }) => isDrained)) {
      if (timers.nowMs() >= endMs) return false;
      await timers.wait(20, this.#stopped.signal);
      this.wake();
    }
    return true;
  }

  /** Stops sending; nothing is lost by it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#deliveries.map((delivery) => delivery.stop()));
    await this.#upkeep;
    this.#report(Number.POSITIVE_INFINITY);
  }

  get status(): readonly DeliveryStatus[] {
    return this.#deliveries.map(({ status }) => status);
  }

  async #lookAfter(): Promise<void> {
    const { timers, log } = this.#options;
    while (!this.#stopped.signal.aborted) {
      try {
        this.tick();
      } catch (error) {
        log.error('the outbox could not be looked after', { error });
      }
      await timers.wait(upkeepMs, this.#stopped.signal);
    }
  }

  /** One round of upkeep. */
  tick(): void {
    const { queue, limits, timers, log } = this.#options;
    const nowMs = timers.nowMs();
    queue.advanceClock(Math.min(nowMs - this.#lookedAfterMs, longestTickMs));
    this.#lookedAfterMs = nowMs;
    const requests = queue.takeRetryRequests();
    if (requests.length > 0) this.retryNow(requests);
    const inFlight = this.#deliveries.flatMap((delivery) => delivery.inFlight);
    const drops = queue.shrink(limits, inFlight, (name, entry) => this.accepts(name, entry));
    if (drops.length > 0) {
      for (const delivery of this.#deliveries) delivery.forgetDropped();
      log.error('documents were dropped from the outbox', { drops });
    }
    const refused = [...queue.takeRefused()].map(
      ([severity, count]): Drop => ({ destination: everyone, severity, reason: 'disk', count }),
    );
    if (refused.length > 0) {
      queue.noteDrops(refused);
      log.error('documents were not taken into the outbox', { refused });
    }
    this.#report(nowMs);
  }

  /** Says what was dropped or refused: at once the first time, later at most once a minute. */
  #report(nowMs: number): void {
    const { queue, clock, agent, log } = this.#options;
    if (nowMs - this.#noticedMs < noticeMs || (this.#refusals.size === 0 && !queue.hasDrops())) return;
    const timeMs = clock.nowMs();
    const notices = [...this.#refusals].map(([name, { count, ...example }]) =>
      createDeadLetterNotice(name, count, example, timeMs, agent),
    );
    try {
      queue.announceDrops((drops) => createDropNotice(drops, timeMs, agent));
      queue.add(notices);
    } catch (error) {
      // Said again with the next round.
      log.error('a notice about the outbox could not be queued', { error });
      return;
    }
    this.#refusals.clear();
    this.#noticedMs = Number.isFinite(nowMs) ? nowMs : this.#noticedMs;
    this.wake();
  }

  #noteRejected(destination: string, rejected: readonly RejectedEntry[]): void {
    const { log } = this.#options;
    for (const { entry, reason } of rejected) {
      log.error('a receiver refused a document for good', { destination, eventId: entry.eventId, reason });
      // What is said about a refusal may be refused as well, and that is not said again.
      if (entry.ruleId === 'problemchild-dead-letter') continue;
      const known = this.#refusals.get(destination);
      if (known === undefined) this.#refusals.set(destination, { count: 1, eventId: entry.eventId, reason });
      else known.count++;
    }
  }
}
