import type { Store } from './store.ts';

interface Totals {
  readonly entries: number;
  readonly bytes: number;
  readonly put: number;
  /** Given up, and counted by no destination. */
  readonly dropped: number;
}

/** What the outbox holds in all, and its clock. */
export class OutboxTotalsTable {
  readonly #select;
  readonly #count;
  readonly #write;
  readonly #setClock;

  constructor({ connection }: Store) {
    this.#select = connection.prepare<[], Totals & { readonly clockMs: number }>(
      'SELECT clock_ms AS clockMs, entries, bytes, put, dropped FROM outbox_totals',
    );
    this.#count = connection.prepare<[], Pick<Totals, 'entries' | 'bytes'>>(
      'SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM outbox',
    );
    this.#write = connection
      .prepare<[number, number, number, number]>(
        'UPDATE outbox_totals SET entries = ?, bytes = ?, put = ?, dropped = ?',
      )
      .overwriting(() => []);
    this.#setClock = connection
      .prepare<[number]>('UPDATE outbox_totals SET clock_ms = ?')
      .overwriting(() => []);
  }

  get current(): Totals & { readonly clockMs: number } {
    return this.#select.get() ?? { clockMs: 0, entries: 0, bytes: 0, put: 0, dropped: 0 };
  }

  /** Belongs in a transaction, as do the others. */
  add({ entries = 0, bytes = 0, put = 0, dropped = 0 }: Partial<Totals>): void {
    const { current } = this;
    this.#write.run(
      current.entries + entries,
      current.bytes + bytes,
      current.put + put,
      current.dropped + dropped,
    );
  }

  remove({ entries, bytes }: Pick<Totals, 'entries' | 'bytes'>): void {
    this.add({ entries: -entries, bytes: -bytes });
  }

  /** Goes through the whole queue. */
  recount(): void {
    const { entries, bytes } = this.#count.get() ?? { entries: 0, bytes: 0 };
    const { put, dropped } = this.current;
    this.#write.run(entries, bytes, put, dropped);
  }

  advanceClock(elapsedMs: number): void {
    this.#setClock.run(this.current.clockMs + elapsedMs);
  }
}
