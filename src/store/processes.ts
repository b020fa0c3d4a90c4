import { packJson, unpackJson } from '../anomaly/index.ts';
import type { ProcessRow, TableChanges } from '../lineage/index.ts';
import type { Store } from './store.ts';

/** The process table between runs. */
export class ProcessRowTable {
  readonly #select;
  readonly #upsert;
  readonly #delete;

  constructor(store: Store) {
    const { connection } = store;
    this.#select = connection.prepare<[], string>('SELECT document FROM process').pluck();
    this.#upsert = connection.prepare<[string, string]>(
      'INSERT INTO process (entity_id, document) VALUES (?, ?) ON CONFLICT (entity_id) DO UPDATE SET document = excluded.document',
    );
    this.#delete = connection.prepare<[string]>('DELETE FROM process WHERE entity_id = ?');
  }

  load(): ProcessRow[] {
    return this.#select.all().map((document) => unpackJson<ProcessRow>(document));
  }

  /** Belongs in the transaction of the batch. */
  save({ removed, rows }: TableChanges): void {
    for (const id of removed) this.#delete.run(id);
    for (const row of rows) this.#upsert.run(row.entityId, packJson(row));
  }
}
