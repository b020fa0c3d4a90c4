import type { DriftCounts } from '../problemchild/index.ts';
import type { Store } from './store.ts';

/** What a model's scores and inputs looked like so far on this host. */
export class DriftTable {
  readonly #select;
  readonly #upsert;

  constructor(store: Store) {
    const { connection } = store;
    this.#select = connection.prepare<[string], string>('SELECT counts FROM drift WHERE model = ?').pluck();
    this.#upsert = connection.prepare<[string, string]>(
      'INSERT INTO drift (model, counts) VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET counts = excluded.counts',
    );
  }

  /** Counts of the model with these weights; none when it has not scored here yet. */
  load(weightsSha256: string): DriftCounts {
    const counts = this.#select.get(weightsSha256);
    return counts === undefined ? {} : (JSON.parse(counts) as DriftCounts);
  }

  /** Belongs in the transaction of the batch. */
  save(weightsSha256: string, counts: DriftCounts): void {
    this.#upsert.run(weightsSha256, JSON.stringify(counts));
  }
}
