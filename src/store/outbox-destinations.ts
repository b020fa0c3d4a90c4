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

/** What a destination's row counts. */
type Progress = Pick<DestinationCounts, 'delivered' | 'filtered' | 'rejected' | 'dropped' | 'requeued'> & {
  readonly cursor: number;
};

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
      progress: connection.prepare<[string], Progress>(
        `SELECT cursor, delivered, filtered, rejected, dropped, requeued FROM outbox_destination WHERE name = ?`,
      ),
      write: connection
        .prepare<[number, number, number, number, number, number, string]>(
          `UPDATE outbox_destination SET cursor = ?, delivered = ?, filtered = ?, rejected = ?, dropped = ?,
           requeued = ? WHERE name = ?`,
        )
        .overwriting((...args) => [args[6]]),
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
    const { insert, left, remove } = this.#statements;
    const gone = this.all().filter(({ name }) => !names.includes(name));
    const drops = gone.flatMap(({ name, cursor }) =>
      left.all(cursor, name).map((each): Drop => ({ destination: name, reason: 'removed', ...each })),
    );
    for (const { name } of gone) remove.run(name);
    for (const name of names) insert.run(name, offeredBefore);
    return drops;
  }

  /** Belongs in a transaction, as do the two that follow. */
  settle(name: string, { rejected, ...settlement }: Settlement): void {
    this.#add(name, { ...settlement, rejected: rejected.length });
  }

  count(name: string, counts: { readonly filtered: number; readonly dropped: number }): void {
    this.#add(name, counts);
  }

  countRequeued(name: string, count: number): void {
    this.#add(name, { requeued: count });
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

  /** Counts are added; the cursor moves on to where it is said to be. */
  #add(name: string, { cursor = 0, ...counts }: Partial<Progress>): void {
    const now = this.#statements.progress.get(name);
    if (now === undefined) return;
    const { delivered = 0, filtered = 0, rejected = 0, dropped = 0, requeued = 0 } = counts;
    this.#statements.write.run(
      Math.max(now.cursor, cursor),
      now.delivered + delivered,
      now.filtered + filtered,
      now.rejected + rejected,
      now.dropped + dropped,
      now.requeued + requeued,
      name,
    );
  }
}
