import { type Baseline, formatBaseline, parseBaseline } from '../anomaly/index.ts';
import type { Store } from './store.ts';

/** The baseline that was imported, if any. */
export class BaselineTable {
  readonly #path: string;
  readonly #select;
  readonly #upsert;
  readonly #delete;

  constructor(store: Store) {
    this.#path = store.path;
    this.#select = store.connection.prepare<[], string>('SELECT document FROM baseline WHERE id = 1').pluck();
    this.#upsert = store.connection.prepare<[string]>(
      'INSERT INTO baseline (id, document) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document',
    );
    this.#delete = store.connection.prepare<[]>('DELETE FROM baseline');
  }

  /** @throws AgentError PC_BASELINE_INVALID when the stored one was tampered with */
  get(): Baseline | undefined {
    const document = this.#select.get();
    return document === undefined ? undefined : parseBaseline(document, `the baseline in ${this.#path}`);
  }

  set(baseline: Baseline): void {
    this.#upsert.run(formatBaseline(baseline));
  }

  /** As it is stored, unread. */
  get document(): string | undefined {
    return this.#select.get();
  }

  /** Puts back what {@link document} answered before. */
  restore(document: string | undefined): void {
    if (document === undefined) this.#delete.run();
    else this.#upsert.run(document);
  }
}
