/** What is forwarded: a finished document with what must be known about it without reading it. */
export interface OutboxEntry {
  /** `event.id` of the document: stable, so that a receiver can tell a second delivery from the first. */
  readonly eventId: string;
  readonly kind: OutboxKind;
  /** `event.severity`, 0–99; what is lowest is dropped first when the outbox is full. */
  readonly severity: number;
  /** Of alerts: the rule that fired. */
  readonly ruleId?: string | undefined;
  /** Event time, ms since 1970; of an undated event the time it was raised. */
  readonly timeMs: number;
  /** JSON, one line. */
  readonly document: string;
}

const outboxKinds = ['alert', 'incident', 'action', 'health'] as const;
export type OutboxKind = (typeof outboxKinds)[number];

/** An entry in the queue; `seq` is the order in which entries came, never used twice. */
export interface QueuedEntry extends OutboxEntry {
  readonly seq: number;
}

export interface ReadLimits {
  readonly maxEntries: number;
  /** Of documents, UTF-8; the first entry is read whatever its size. */
  readonly maxBytes: number;
}

/** What became of the entries up to `cursor` at one destination. */
export interface Settlement {
  /** Everything up to here is done with. */
  readonly cursor: number;
  readonly delivered: number;
  /** Not meant for this destination. */
  readonly filtered: number;
  /** Refused for good by the receiver; kept in the dead-letter table. */
  readonly rejected: readonly RejectedEntry[];
}

export interface RejectedEntry {
  readonly entry: QueuedEntry;
  readonly reason: string;
}

/** Entries given up before they could be sent. */
export interface Drop {
  readonly destination: string;
  readonly severity: number;
  readonly reason: DropReason;
  readonly count: number;
}
/**
 * `disk`: not even taken in, because the disk was full and so was the memory for what waits for it. `removed`: still
 * waited for a destination when that was taken out of the configuration; whether it was meant for it is not known then.
 * `dead-letter`: a receiver had refused it, and newer dead letters took its place.
 */
export type DropReason = 'size' | 'age' | 'disk' | 'removed' | 'dead-letter';

export interface OutboxLimits {
  readonly maxBytes: number;
  /** Counted on the outbox's own clock, which runs only while the agent does and knows no steps. */
  readonly maxAgeMs: number;
}

export interface OutboxTotals {
  readonly entries: number;
  readonly bytes: number;
  /** All that was ever put. */
  readonly put: number;
  /** Given up and counted by no destination: not taken in while the disk was full, or left by one that was removed. */
  readonly dropped: number;
  readonly deadLetters: number;
}

/** A stretch of the queue, both ends included, that is being sent or was answered, and so is not dropped. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/** The queue as the deliveries see it. Implemented by store/; every call is one transaction of its own. */
export interface OutboxQueue {
  /**
   * Makes these the destinations: new ones begin with what is queued, others are forgotten. What still waited for those
   * is returned, and noted for {@link announceDrops}.
   */
  configure(destinations: readonly string[]): readonly Drop[];
  cursor(destination: string): number;
  /** The next entries after `after`, in order. */
  read(destination: string, after: number, limits: ReadLimits): QueuedEntry[];
  settle(destination: string, settlement: Settlement): void;
  /** Puts entries of the agent's own in a transaction of their own. */
  add(entries: readonly OutboxEntry[]): void;
  /** Lets the outbox's clock run on. */
  advanceClock(elapsedMs: number): void;
  /**
   * Drops what is beyond the limits, lowest severity first, then oldest; never what is in flight. `accepts` says
   * whether an entry was meant for a destination. What is dropped is noted for {@link announceDrops}.
   */
  shrink(
    limits: OutboxLimits,
    inFlight: readonly SeqRange[],
    accepts: (destination: string, entry: QueuedEntry) => boolean,
  ): readonly Drop[];
  /** Notes what was given up elsewhere, and is counted by no destination. */
  noteDrops(drops: readonly Drop[]): void;
  /** Whether something was given up that no entry has told of yet, by this run of the agent or one before it. */
  hasDrops(): boolean;
  /** Puts the entry that tells of it, if so and if it is taken in, and forgets it; both or neither. */
  announceDrops(compose: (drops: readonly Drop[]) => OutboxEntry): void;
  totals(): OutboxTotals;
  /** Entries of each severity that were not taken in since the last call. */
  takeRefused(): ReadonlyMap<number, number>;
  /** Destinations that somebody asked to be tried again at once, and forgets that they were. */
  takeRetryRequests(): readonly string[];
}
