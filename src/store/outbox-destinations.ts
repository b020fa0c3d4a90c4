import type { Drop, Settlement } from '../forward/index.ts';
import type { Store } from './store.ts';

/**
 * What became of everything that was offered to a destination. Reconciles:
 * offered + requeued = delivered + filtered + rejected + dropped + waiting.
 */
export interface DestinationCounts {
  readonly name: string;
  readonly offered: number;
  readonly requeued: number;
  readonly delivered: number;
  /** Not meant for it. */
  readonly filtered: number;
  /** Put into the dead-letter table, whether still there or not. */
  readonly rejected: number;
  readonly dropped: number;
  /** Queued behind its cursor, filtered ones included. */
  readonly waiting: number;
}

interface DestinationCursor {
  readonly name: string;
  readonly cursor: number;
}

/** How far each destination is. */
export class OutboxDestinationTable {
  readonly #statements;

  constructor({ connection }: Store) {
    this.#statements = {
      all: connection.prepare<[], DestinationCursor>(
        'SELECT name, cursor FROM outbox_destination ORDER BY name',
      ),
      cursor: connection
        .prepare<[string], number>('SELECT cursor FROM outbox_destination WHERE name = ?')
        .pluck(),
      lowest: connection.prepare<[], number | null>('SELECT min(cursor) FROM outbox_destination').pluck(),
      insert: connection.prepare<[string, number]>(
        'INSERT INTO outbox_destination (name, cursor, offered_before) VALUES (?, 0, ?) ON CONFLICT (name) DO NOTHING',
      ),
      left: connection.prepare<[number, string], { severity: number; count: number }>(
        `SELECT severity, count(*) AS count FROM outbox WHERE seq > ? AND destination IN ('', ?)
         GROUP BY severity ORDER BY severity`,
      ),
      remove: connection.prepare<[string]>('DELETE FROM outbox_destination WHERE name = ?'),
      removeOwn: connection.prepare<[]>(
        "DELETE FROM outbox WHERE destination NOT IN (SELECT name FROM outbox_destination) AND destination <> ''",
      ),
      recount: connection.prepare<[]>(
        'UPDATE outbox_totals SET (entries, bytes) = (SELECT count(*), coalesce(sum(bytes), 0) FROM outbox)',
      ),
      settle: connection.prepare<[number, number, number, number, string]>(
        `UPDATE outbox_destination SET cursor = max(cursor, ?), delivered = delivered + ?, filtered = filtered + ?,
         rejected = rejected + ? WHERE name = ?`,
      ),
      count: connection.prepare<[number, number, string]>(
        'UPDATE outbox_destination SET filtered = filtered + ?, dropped = dropped + ? WHERE name = ?',
      ),
      requeued: connection.prepare<[number, string]>(
        'UPDATE outbox_destination SET requeued = requeued + ? WHERE name = ?',
      ),
      request: connection.prepare<[string]>(
        'UPDATE outbox_destination SET retry_requested = 1 WHERE name = ?',
      ),
      requests: connection
        .prepare<[], string>('SELECT name FROM outbox_destination WHERE retry_requested = 1 ORDER BY name')
        .pluck(),
      forget: connection.prepare<[]>('UPDATE outbox_destination SET retry_requested = 0'),
      counts: connection.prepare<[], DestinationCounts>(
        `SELECT name, (SELECT put FROM outbox_totals) - offered_before AS offered, requeued, delivered, filtered,
           rejected, dropped,
           (SELECT count(*) FROM outbox WHERE seq > cursor AND destination IN ('', name)) AS waiting
         FROM outbox_destination ORDER BY name`,
      ),
    };
  }

  all(): DestinationCursor[] {
    return this.#statements.all.all();
  }

  counts(): DestinationCounts[] {
    return this.#statements.counts.all();
  }

  /** Of a destination that is not configured, the beginning. */
  cursor(name: string): number {
    return this.#statements.cursor.get(name) ?? 0;
  }

  /** What every destination is done with; with no destination, everything. */
  lowestCursor(): number {
    return this.#statements.lowest.get() ?? Number.MAX_SAFE_INTEGER;
  }

  /**
   * Returns what still waited for those that are no more.
   * @param offeredBefore entries that a new destination will never see
   */
  configure(names: readonly string[], offeredBefore: number): readonly Drop[] {
    const { insert, left, remove, removeOwn, recount } = this.#statements;
    const gone = this.all().filter(({ name }) => !names.includes(name));
    const drops = gone.flatMap(({ name, cursor }) =>
      left.all(cursor, name).map((each): Drop => ({ destination: name, reason: 'removed', ...each })),
    );
    for (const { name } of gone) remove.run(name);
    for (const name of names) insert.run(name, offeredBefore);
    if (removeOwn.run().changes > 0) recount.run();
    return drops;
  }

  settle(name: string, { cursor, delivered, filtered, rejected }: Settlement): void {
    this.#statements.settle.run(cursor, delivered, filtered, rejected.length, name);
  }

  count(name: string, { filtered, dropped }: { readonly filtered: number; readonly dropped: number }): void {
    this.#statements.count.run(filtered, dropped, name);
  }

  countRequeued(name: string, count: number): void {
    this.#statements.requeued.run(count, name);
  }

  /** False for a destination that is not there. */
  requestRetry(name: string): boolean {
    return this.#statements.request.run(name).changes > 0;
  }

  takeRetryRequests(): readonly string[] {
    const names = this.#statements.requests.all();
    if (names.length > 0) this.#statements.forget.run();
    return names;
  }
}
