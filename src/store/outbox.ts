import type {
  Drop,
  OutboxEntry,
  OutboxLimits,
  OutboxQueue,
  OutboxTotals,
  QueuedEntry,
  ReadLimits,
  SeqRange,
  Settlement,
} from '../forward/index.ts';
import { OutboxBounds } from './outbox-bounds.ts';
import { DeadLetterTable } from './outbox-dead-letters.ts';
import { OutboxDestinationTable } from './outbox-destinations.ts';
import { DropTable } from './outbox-drops.ts';
import { fromRow, type OutboxRow } from './outbox-row.ts';
import { OutboxTotalsTable } from './outbox-totals.ts';
import type { Store } from './store.ts';

/**
 * Least severity that is still taken in while the disk is full and the memory for what waits fills up: the lower ones
 * leave first, and at the end everything stays out.
 */
const admissions: readonly { readonly strain: number; readonly severity: number }[] = [
  { strain: 0.95, severity: Number.POSITIVE_INFINITY },
  { strain: 0.85, severity: 99 },
  { strain: 0.7, severity: 73 },
  { strain: 0.5, severity: 47 },
];

/** The queue of what is forwarded. */
export class OutboxTable implements OutboxQueue {
  readonly #store: Store;
  readonly #destinations: OutboxDestinationTable;
  readonly #deadLetters: DeadLetterTable;
  readonly #bounds: OutboxBounds;
  readonly #drops: DropTable;
  readonly #totals: OutboxTotalsTable;
  readonly #statements;
  readonly #refused = new Map<number, number>();

  constructor(store: Store) {
    this.#store = store;
    this.#destinations = new OutboxDestinationTable(store);
    this.#deadLetters = new DeadLetterTable(store);
    this.#bounds = new OutboxBounds(store, this.#destinations);
    this.#drops = new DropTable(store);
    this.#totals = new OutboxTotalsTable(store);
    this.#statements = prepareStatements(store);
  }

  /**
   * Belongs in the caller's transaction. Entries whose id is queued already are left out; returns how many came in.
   * `destination` sends them there only.
   */
  put(entries: readonly OutboxEntry[], destination = ''): number {
    return this.#take(entries, destination, (severity) => this.#admits(severity));
  }

  #take(entries: readonly OutboxEntry[], destination: string, admits: (severity: number) => boolean): number {
    const { insert, has } = this.#statements;
    let count = 0;
    let bytes = 0;
    const { clockMs } = this.#totals.current;
    let seq = this.#nextSeq();
    for (const { eventId, kind, severity, timeMs, ruleId = null, document } of entries) {
      if (!admits(severity)) {
        this.#refused.set(severity, (this.#refused.get(severity) ?? 0) + 1);
        continue;
      }
      if (has.get(eventId, destination) !== undefined) continue;
      const size = Buffer.byteLength(document);
      insert.run(
        seq,
        seq,
        eventId,
        destination,
        kind,
        Math.trunc(severity),
        size,
        clockMs,
        timeMs,
        ruleId,
        document,
      );
      this.#store.noteNumber('outbox', seq);
      seq++;
      count++;
      bytes += size;
    }
    if (count > 0) this.#totals.add({ entries: count, bytes, put: destination === '' ? count : 0 });
    return count;
  }

  add(entries: readonly OutboxEntry[]): void {
    this.#store.transaction(() => this.put(entries));
  }

  /** The number of what is queued for all by this id. */
  seqOf(eventId: string): number | undefined {
    return this.#statements.seqOf.get(eventId);
  }

  configure(destinations: readonly string[]): readonly Drop[] {
    return this.#store.transaction(() => {
      // A new destination begins with what is queued for all.
      const queued = this.#statements.queuedForAll.get() ?? 0;
      const drops = this.#destinations.configure(destinations, this.#totals.current.put - queued);
      this.#note(drops);
      this.#removeOrphans();
      this.#prune();
      // What was written about another file counts what this one never had.
      if (this.#store.connection.generation > 0) this.#totals.recount();
      return drops;
    });
  }

  cursor(destination: string): number {
    return this.#destinations.cursor(destination);
  }

  read(destination: string, after: number, { maxEntries, maxBytes }: ReadLimits): QueuedEntry[] {
    const entries: QueuedEntry[] = [];
    let bytes = 0;
    const rows = this.#statements.read.iterate(after, destination, maxEntries);
    for (const { bytes: size, ...row } of rows) {
      bytes += size;
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push(fromRow(row));
    }
    // A file that takes this one's place goes on behind what was read.
    this.#store.noteNumber('outbox', entries.at(-1)?.seq ?? 0);
    return entries;
  }

  settle(destination: string, settlement: Settlement): void {
    this.#store.transaction(() => {
      this.#destinations.settle(destination, settlement);
      for (const { entry, reason } of settlement.rejected)
        this.#deadLetters.insert(destination, entry, reason);
      this.#removeOwn(destination, settlement.cursor);
      this.#prune();
    });
  }

  advanceClock(elapsedMs: number): void {
    this.#store.transaction(() => this.#totals.advanceClock(Math.max(0, Math.round(elapsedMs))));
  }

  shrink(
    limits: OutboxLimits,
    inFlight: readonly SeqRange[],
    accepts: (destination: string, entry: QueuedEntry) => boolean,
  ): readonly Drop[] {
    if (!this.#bounds.isExceeded(limits)) return [];
    return this.#store.transaction(() => {
      const drops = this.#bounds.shrink(limits, inFlight, accepts);
      this.#drops.add(drops);
      return drops;
    });
  }

  noteDrops(drops: readonly Drop[]): void {
    this.#store.transaction(() => this.#note(drops));
  }

  hasDrops(): boolean {
    return this.#drops.all().length > 0;
  }

  announceDrops(compose: (drops: readonly Drop[]) => OutboxEntry): void {
    this.#store.transaction(() => {
      const drops = this.#drops.all();
      // There is room for it where everything else stays out; where there is none, it is said later.
      const isStrained = this.#store.connection.strain >= 1;
      if (drops.length > 0 && !isStrained && this.#take([compose(drops)], '', () => true) > 0)
        this.#drops.clear();
    });
  }

  totals(): OutboxTotals {
    const { entries, bytes, put, dropped } = this.#totals.current;
    return { entries, bytes, put, dropped, deadLetters: this.#deadLetters.count() };
  }

  /** Entries that wait in memory, because the disk is full. */
  get held(): number {
    return this.#store.connection.countWaiting(this.#statements.insert);
  }

  takeRefused(): ReadonlyMap<number, number> {
    const refused = new Map(this.#refused);
    this.#refused.clear();
    return refused;
  }

  takeRetryRequests(): readonly string[] {
    return this.#destinations.takeRetryRequests();
  }

  /** Beyond every number that was given and every cursor, so that no destination passes over it. */
  #nextSeq(): number {
    const { lastSeq, lastCursor } = this.#statements;
    return 1 + Math.max(this.#store.highestNumber('outbox'), lastSeq.get() ?? 0, lastCursor.get() ?? 0);
  }

  #admits(severity: number): boolean {
    const { strain } = this.#store.connection;
    const admission = admissions.find((each) => strain >= each.strain);
    return admission === undefined || severity >= admission.severity;
  }

  /** Notes what no destination counts. */
  #note(drops: readonly Drop[]): void {
    this.#drops.add(drops);
    const dropped = drops.reduce((sum, { count }) => sum + count, 0);
    if (dropped > 0) this.#totals.add({ dropped });
  }

  /** Removes what only this destination was to get and is done with. */
  #removeOwn(destination: string, cursor: number): void {
    const { sumOwn, removeOwn } = this.#statements;
    const sum = sumOwn.get(destination, cursor) ?? nothing;
    if (sum.entries === 0) return;
    removeOwn.run(destination, cursor);
    this.#totals.remove(sum);
  }

  /** Removes what only destinations that are no more were to get. */
  #removeOrphans(): void {
    const { sumOrphans, removeOrphans } = this.#statements;
    const sum = sumOrphans.get() ?? nothing;
    if (sum.entries === 0) return;
    removeOrphans.run();
    this.#totals.remove(sum);
  }

  /** Removes what every destination is done with. */
  #prune(): void {
    const { first, sum, prune } = this.#statements;
    const done = this.#destinations.lowestCursor();
    if ((first.get() ?? Number.POSITIVE_INFINITY) > done) return;
    const removed = sum.get(done) ?? nothing;
    prune.run(done);
    this.#totals.remove(removed);
  }
}

interface Sum {
  readonly entries: number;
  readonly bytes: number;
}

const nothing: Sum = { entries: 0, bytes: 0 };

type InsertRow = [
  number,
  number,
  string,
  string,
  string,
  number,
  number,
  number,
  number,
  string | null,
  string,
];

function prepareStatements({ connection }: Store) {
  const number = <Parameters extends unknown[]>(sql: string) =>
    connection.prepare<Parameters, number>(sql).pluck();
  const sum = 'SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM outbox';
  const orphaned = "destination NOT IN (SELECT name FROM outbox_destination) AND destination <> ''";
  const has = number<[string, string]>('SELECT 1 FROM outbox WHERE event_id = ? AND destination = ?');
  return {
    // Written again it gets the same number, because cursors are such numbers, unless another process took that meanwhile.
    insert: connection
      .prepare<InsertRow>(
        `INSERT INTO outbox
           (seq, event_id, destination, kind, severity, bytes, queued_ms, time_ms, rule_id, document)
         VALUES (nullif(?, (SELECT seq FROM outbox WHERE seq = ?)), ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (event_id, destination) DO NOTHING`,
      )
      .overwriting((_seq, _again, eventId, destination) => [eventId, destination])
      .spentWhere((_seq, _again, eventId, destination) => has.get(eventId, destination) === undefined),
    has,
    lastCursor: connection.prepare<[], number | null>('SELECT max(cursor) FROM outbox_destination').pluck(),
    lastSeq: number<[]>("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"),
    read: connection.prepare<[number, string, number], OutboxRow<QueuedEntry> & { readonly bytes: number }>(
      `SELECT seq, event_id AS eventId, kind, severity, rule_id AS ruleId, time_ms AS timeMs, document, bytes
       FROM outbox WHERE seq > ? AND destination IN ('', ?) ORDER BY seq LIMIT ?`,
    ),
    seqOf: number<[string]>("SELECT seq FROM outbox WHERE event_id = ? AND destination = ''"),
    first: number<[]>('SELECT min(seq) FROM outbox'),
    sum: connection.prepare<[number], Sum>(`${sum} WHERE seq <= ?`),
    sumOwn: connection.prepare<[string, number], Sum>(
      `${sum} WHERE destination = ? AND destination <> '' AND seq <= ?`,
    ),
    removeOwn: connection
      .prepare<[string, number]>(
        "DELETE FROM outbox WHERE destination = ? AND destination <> '' AND seq <= ?",
      )
      .extending((destination) => [destination]),
    sumOrphans: connection.prepare<[], Sum>(`${sum} WHERE ${orphaned}`),
    removeOrphans: connection.prepare<[]>(`DELETE FROM outbox WHERE ${orphaned}`),
    prune: connection.prepare<[number]>('DELETE FROM outbox WHERE seq <= ?').extending(() => []),
    queuedForAll: number<[]>("SELECT count(*) FROM outbox WHERE destination = ''"),
  };
}
