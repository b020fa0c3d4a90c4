import type { Drop, DropReason, OutboxLimits, QueuedEntry, SeqRange } from '../forward/index.ts';
import type { OutboxDestinationTable } from './outbox-destinations.ts';
import { fromRow, type OutboxRow } from './outbox-row.ts';
import type { Store } from './store.ts';

/** How far below its limit the outbox is brought, so that it is not at it again with the next entry. */
const targetShare = 0.95;

type Candidate = OutboxRow<QueuedEntry> & { readonly bytes: number; readonly destination: string };

const candidateColumns =
  "seq, event_id AS eventId, kind, severity, rule_id AS ruleId, time_ms AS timeMs, bytes, destination, '' AS document";

/** Keeps the outbox to its size and age. */
export class OutboxBounds {
  readonly #destinations: OutboxDestinationTable;
  readonly #statements;

  constructor({ connection }: Store, destinations: OutboxDestinationTable) {
    this.#destinations = destinations;
    this.#statements = {
      state: connection.prepare<[], { bytes: number; clockMs: number; oldestMs: number | null }>(
        `SELECT bytes, clock_ms AS clockMs, (SELECT queued_ms FROM outbox ORDER BY seq LIMIT 1) AS oldestMs
         FROM outbox_totals`,
      ),
      // Entries come in the order of the outbox's clock, so the old ones are at its beginning.
      bySeq: connection.prepare<[number], Candidate>(
        `SELECT ${candidateColumns} FROM outbox WHERE queued_ms < ? ORDER BY seq`,
      ),
      bySeverity: connection.prepare<[], Candidate>(
        `SELECT ${candidateColumns} FROM outbox ORDER BY severity, seq`,
      ),
      remove: connection.prepare<[number]>('DELETE FROM outbox WHERE seq = ?'),
      shed: connection.prepare<[number, number]>(
        'UPDATE outbox_totals SET entries = entries - ?, bytes = bytes - ?',
      ),
    };
  }

  isExceeded({ maxBytes, maxAgeMs }: OutboxLimits): boolean {
    const { bytes, clockMs, oldestMs } = this.#state;
    return bytes > maxBytes || (oldestMs !== null && oldestMs < clockMs - maxAgeMs);
  }

  /** See {@link OutboxQueue.shrink}; belongs in a transaction. */
  shrink(
    { maxBytes, maxAgeMs }: OutboxLimits,
    inFlight: readonly SeqRange[],
    accepts: (destination: string, entry: QueuedEntry) => boolean,
  ): readonly Drop[] {
    const { bytes, clockMs } = this.#state;
    const isMovable = ({ seq }: Candidate): boolean =>
      !inFlight.some(({ first, last }) => first <= seq && seq <= last);
    const drops = new DropTally(this.#destinations, accepts);
    const { bySeq, bySeverity } = this.#statements;
    let left = bytes;
    for (const entry of bySeq.all(clockMs - maxAgeMs).filter(isMovable)) {
      left -= entry.bytes;
      this.#remove(entry, 'age', drops);
    }
    if (left > maxBytes) {
      const excess: Candidate[] = [];
      for (const entry of bySeverity.iterate()) {
        if (left <= maxBytes * targetShare) break;
        if (!isMovable(entry)) continue;
        left -= entry.bytes;
        excess.push(entry);
      }
      for (const entry of excess) this.#remove(entry, 'size', drops);
    }
    return drops.finish();
  }

  get #state(): { bytes: number; clockMs: number; oldestMs: number | null } {
    return this.#statements.state.get() ?? { bytes: 0, clockMs: 0, oldestMs: null };
  }

  #remove(entry: Candidate, reason: DropReason, drops: DropTally): void {
    this.#statements.remove.run(entry.seq);
    this.#statements.shed.run(1, entry.bytes);
    drops.count(entry, reason);
  }
}

/** Whom each dropped entry was lost to. */
class DropTally {
  readonly #table: OutboxDestinationTable;
  readonly #accepts: (destination: string, entry: QueuedEntry) => boolean;
  readonly #destinations: readonly { readonly name: string; readonly cursor: number }[];
  readonly #drops = new Map<string, Drop>();
  readonly #filtered = new Map<string, number>();

  constructor(table: OutboxDestinationTable, accepts: (destination: string, entry: QueuedEntry) => boolean) {
    this.#table = table;
    this.#accepts = accepts;
    this.#destinations = table.all();
  }

  count(entry: Candidate, reason: DropReason): void {
    const { seq, severity, destination: only } = entry;
    const queued = fromRow(entry);
    for (const { name: destination, cursor } of this.#destinations) {
      if (cursor >= seq || (only !== '' && only !== destination)) continue;
      if (!this.#accepts(destination, queued)) {
        this.#filtered.set(destination, (this.#filtered.get(destination) ?? 0) + 1);
        continue;
      }
      const key = `${severity} ${reason} ${destination}`;
      const count = (this.#drops.get(key)?.count ?? 0) + 1;
      this.#drops.set(key, { destination, severity, reason, count });
    }
  }

  finish(): readonly Drop[] {
    for (const [name, count] of this.#filtered) this.#table.count(name, { filtered: count, dropped: 0 });
    for (const { destination, count } of this.#drops.values()) {
      this.#table.count(destination, { filtered: 0, dropped: count });
    }
    return [...this.#drops.values()];
  }
}
