import type { Verdict } from './destination.ts';
import type { QueuedEntry, RejectedEntry, SeqRange, Settlement } from './outbox.ts';

const maxReasonLength = 1_000;

/**
 * What a delivery has read and is not done with, in order. Answers come for any entries of it; the cursor ends before
 * the first that waits for one.
 */
export class DeliveryWindow {
  /** Everything up to here is done with; ahead of the store's while that cannot be written. */
  #cursor: number;
  /** The last entry that was read, whether it is sent or not. */
  #passed: number;
  /** Read, accepted, and not done with. */
  #open: QueuedEntry[] = [];
  /** Read and not meant for this destination, beyond the cursor that the store has. */
  #filtered: number[] = [];
  /** Answers for entries of `#open` that wait for one before them. */
  readonly #verdicts = new Map<number, Verdict>();
  /** Done with since the store last took the cursor. */
  #delivered = 0;
  #rejected: RejectedEntry[] = [];

  constructor(cursor: number) {
    this.#cursor = cursor;
    this.#passed = cursor;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Where reading goes on. */
  get passed(): number {
    return this.#passed;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** Whether something is done with that the store does not know of. */
  get hasUnsaved(): boolean {
    return this.#delivered + this.#filtered.length + this.#rejected.length > 0;
  }

  /** From the first entry that is not done with to the last that was read; none when it is empty. */
  get range(): readonly SeqRange[] {
    return this.isEmpty ? [] : [{ first: this.#cursor + 1, last: this.#passed }];
  }

  /** Entries that are neither to be sent nor known to the store as done with. */
  get answered(): readonly SeqRange[] {
    return [...this.#verdicts.keys(), ...this.#filtered].map((seq) => ({ first: seq, last: seq }));
  }

  /** The entries that wait for an answer. */
  get waiting(): QueuedEntry[] {
    return this.#open.filter(({ seq }) => !this.#verdicts.has(seq));
  }

  add(entries: readonly QueuedEntry[], accepts: (entry: QueuedEntry) => boolean): void {
    for (const entry of entries) {
      if (accepts(entry)) this.#open.push(entry);
      else this.#filtered.push(entry.seq);
    }
    this.#passed = entries.at(-1)?.seq ?? this.#passed;
    if (this.isEmpty) this.#cursor = this.#passed;
  }

  answer({ seq }: QueuedEntry, verdict: Verdict): void {
    if (verdict !== 'retry') this.#verdicts.set(seq, verdict);
  }

  /** Moves the cursor over what has its answer. Returns what of it was refused for good. */
  advance(): readonly RejectedEntry[] {
    const rejected: RejectedEntry[] = [];
    let done = 0;
    for (const entry of this.#open) {
      const verdict = this.#verdicts.get(entry.seq);
      if (verdict === undefined || verdict === 'retry') break;
      this.#verdicts.delete(entry.seq);
      this.#cursor = entry.seq;
      done++;
      if (verdict === 'delivered') this.#delivered++;
      else rejected.push({ entry, reason: verdict.rejected.slice(0, maxReasonLength) });
    }
    this.#open = this.#open.slice(done);
    if (this.isEmpty) this.#cursor = this.#passed;
    this.#rejected.push(...rejected);
    return rejected;
  }

  /** Forgets what the queue does not hold any more and has counted there. */
  retain(isQueued: (seq: number) => boolean): void {
    this.#open = this.#open.filter(({ seq }) => this.#verdicts.has(seq) || isQueued(seq));
  }

  /** Has written down what is done with, unless that is nothing; forgets it when that succeeded. */
  settle(write: (settlement: Settlement) => void): void {
    const filtered = this.#filtered.filter((seq) => seq <= this.#cursor).length;
    if (this.#delivered + filtered + this.#rejected.length === 0) return;
    write({ cursor: this.#cursor, delivered: this.#delivered, filtered, rejected: this.#rejected });
    this.#delivered = 0;
    this.#filtered = this.#filtered.slice(filtered);
    this.#rejected = [];
  }
}
