import type { Drop, DropReason } from '../forward/index.ts';
import type { Store } from './store.ts';

/** What was given up since an alert last told of it; added up, so that it stays small however much that is. */
export class DropTable {
  readonly #add;
  readonly #all;
  readonly #clear;

  constructor({ connection }: Store) {
    this.#add = connection.prepare<[string, number, DropReason, number]>(
      `INSERT INTO outbox_drop (destination, severity, reason, count) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
    this.#all = connection.prepare<[], Drop>(
      'SELECT destination, severity, reason, count FROM outbox_drop ORDER BY destination, severity, reason',
    );
    this.#clear = connection.prepare<[]>('DELETE FROM outbox_drop');
  }

  add(drops: readonly Drop[]): void {
    for (const { destination, severity, reason, count } of drops)
      this.#add.run(destination, severity, reason, count);
  }

  all(): readonly Drop[] {
    return this.#all.all();
  }

  clear(): void {
    this.#clear.run();
  }
}
