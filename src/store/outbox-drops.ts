import type { Drop, DropReason } from '../forward/index.ts';
import type { Store } from './store.ts';

/** What was given up since an alert last told of it; added up, so that it stays small however much that is. */
export class DropTable {
  readonly #count;
  readonly #set;
  readonly #all;
  readonly #clear;

  constructor({ connection }: Store) {
    this.#count = connection
      .prepare<[string, number, DropReason], number>(
        'SELECT count FROM outbox_drop WHERE destination = ? AND severity = ? AND reason = ?',
      )
      .pluck();
    this.#set = connection
      .prepare<[string, number, DropReason, number]>(
        `INSERT INTO outbox_drop (destination, severity, reason, count) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = excluded.count`,
      )
      .overwriting((destination, severity, reason) => [destination, severity, reason]);
    this.#all = connection.prepare<[], Drop>(
      'SELECT destination, severity, reason, count FROM outbox_drop ORDER BY destination, severity, reason',
    );
    this.#clear = connection.prepare<[]>('DELETE FROM outbox_drop').overwriting(() => []);
  }

  /** Belongs in a transaction. */
  add(drops: readonly Drop[]): void {
    for (const { destination, severity, reason, count } of drops) {
      const before = this.#count.get(destination, severity, reason) ?? 0;
      this.#set.run(destination, severity, reason, before + count);
    }
  }

  all(): readonly Drop[] {
    return this.#all.all();
  }

  clear(): void {
    this.#clear.run();
  }
}
