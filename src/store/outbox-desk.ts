import type { OutboxTotals } from '../forward/index.ts';
import { OutboxTable } from './outbox.ts';
import { type DeadLetter, DeadLetterTable } from './outbox-dead-letters.ts';
import { type DestinationCounts, OutboxDestinationTable } from './outbox-destinations.ts';
import type { Store } from './store.ts';

/** The outbox as an operator sees it, also while an agent works on it. */
export class OutboxDesk {
  readonly #store: Store;
  readonly #queue: OutboxTable;
  readonly #destinations: OutboxDestinationTable;
  readonly #deadLetters: DeadLetterTable;

  constructor(store: Store) {
    this.#store = store;
    this.#queue = new OutboxTable(store);
    this.#destinations = new OutboxDestinationTable(store);
    this.#deadLetters = new DeadLetterTable(store);
  }

  totals(): OutboxTotals {
    return this.#queue.totals();
  }

  destinations(): DestinationCounts[] {
    return this.#destinations.counts();
  }

  deadLetters(destination: string | undefined, limit: number): DeadLetter[] {
    return this.#deadLetters.list(destination, limit);
  }

  /** Why a destination refused this document for good; `undefined` where it did not. */
  refusal(destination: string, eventId: string): string | undefined {
    return this.#deadLetters.reason(destination, eventId);
  }

  /** Asks the running agent to try these again now. Returns those that are there. */
  requestRetry(names: readonly string[]): readonly string[] {
    return this.#store.transaction(() => names.filter((name) => this.#destinations.requestRetry(name)));
  }

  /** Puts dead letters back into the queue, each for the destination that refused it. Returns how many. */
  requeue(destination: string | undefined): number {
    return this.#store.transaction(() => {
      const known = new Set(this.#destinations.all().map(({ name }) => name));
      let count = 0;
      for (const letter of this.#deadLetters.list(destination, Number.MAX_SAFE_INTEGER)) {
        if (!known.has(letter.destination)) continue;
        const added = this.#queue.put([letter], letter.destination);
        this.#destinations.countRequeued(letter.destination, added);
        this.#deadLetters.remove(letter.seq);
        count += added;
      }
      return count;
    });
  }

  /** Throws dead letters away. Returns how many. */
  discard(destination: string | undefined): number {
    return this.#store.transaction(() => {
      const letters = this.#deadLetters.list(destination, Number.MAX_SAFE_INTEGER);
      for (const { seq } of letters) this.#deadLetters.remove(seq);
      return letters.length;
    });
  }
}
