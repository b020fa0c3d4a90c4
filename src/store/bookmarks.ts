import type { Store } from './store.ts';

/** Where each source is to resume, written in the transaction that commits the batch before it. */
export class BookmarkTable {
  readonly #select;
  readonly #upsert;

  constructor(store: Store) {
    this.#select = store.connection
      .prepare<[string], string>('SELECT position FROM bookmark WHERE source = ?')
      .pluck();
    this.#upsert = store.connection.prepare<[string, string]>(
      'INSERT INTO bookmark (source, position) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET position = excluded.position',
    );
  }

  get(source: string): string | undefined {
    return this.#select.get(source);
  }

  set(source: string, position: string): void {
    this.#upsert.run(source, position);
  }
}
