import type { StatePort } from '../alert/index.ts';
import { packJson, unpackJson } from '../anomaly/index.ts';
import type { Store } from './store.ts';

/** Rows of the stages between a detection and a person. Writes belong in the transaction of the batch. */
export class StageStateTable implements StatePort {
  readonly #select;
  readonly #upsert;
  readonly #delete;

  constructor(store: Store) {
    const { connection } = store;
    this.#select = connection.prepare<[string], { key: string; value: string }>(
      'SELECT key, value FROM stage_state WHERE kind = ? ORDER BY key',
    );
    this.#upsert = connection.prepare<[string, string, string]>(
      'INSERT INTO stage_state (kind, key, value) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value',
    );
    this.#delete = connection.prepare<[string, string]>('DELETE FROM stage_state WHERE kind = ? AND key = ?');
  }

  load(kind: string): [key: string, value: unknown][] {
    return this.#select.all(kind).map(({ key, value }) => [key, unpackJson(value)]);
  }

  put(kind: string, key: string, value: unknown): void {
    this.#upsert.run(kind, key, packJson(value));
  }

  remove(kind: string, key: string): void {
    this.#delete.run(kind, key);
  }
}
