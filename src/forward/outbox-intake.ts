import type { Log } from '../log/index.ts';
import type { OutboxEntry, OutboxIntakePort } from './outbox.ts';

export interface IntakeOptions {
  readonly outbox: OutboxIntakePort;
  /** Entries held in memory while the disk is full. */
  readonly maxHeld: number;
  readonly log: Log;
}

/**
 * The way into the outbox. A batch's entries are kept in the batch's own transaction. When the disk is full that
 * transaction is lost, and so that the agent can go on, the entries wait in memory for the next one; the source's
 * bookmark did not move either, so after a crash they are raised again under the same ids.
 */
export class OutboxIntake {
  readonly #options: IntakeOptions;
  #held: OutboxEntry[] = [];
  #dropped = 0;
  #isFull = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Entries in memory, and those given up because there were too many. */
  get held(): { readonly entries: number; readonly dropped: number } {
    return { entries: this.#held.length, dropped: this.#dropped };
  }

  /**
   * Runs the batch's transaction: `work`, and its entries into the outbox. True when it was kept; false when the disk
   * is full, and then nothing of `work` was kept.
   *
   * @throws whatever `work` throws, other than for a full disk
   */
  commit(entries: readonly OutboxEntry[], work: () => void): boolean {
    const { outbox, log } = this.#options;
    try {
      outbox.transaction(() => {
        work();
        outbox.put([...this.#held, ...entries]);
      });
    } catch (error) {
      if (!outbox.isFull(error)) throw error;
      if (!this.#isFull) log.error('the disk is full: alerts wait in memory, state is not saved', { error });
      this.#isFull = true;
      this.#hold(entries);
      return false;
    }
    if (this.#isFull)
      log.warn('the disk has room again', { held: this.#held.length, dropped: this.#dropped });
    this.#isFull = false;
    this.#held = [];
    return true;
  }

  #hold(entries: readonly OutboxEntry[]): void {
    const known = new Set(this.#held.map(({ eventId }) => eventId));
    for (const entry of entries) {
      if (known.has(entry.eventId)) continue;
      known.add(entry.eventId);
      this.#held.push(entry);
    }
    const excess = this.#held.length - this.#options.maxHeld;
    if (excess <= 0) return;
    const expendable = [...this.#held.entries()]
      .sort(([a, one], [b, other]) => one.severity - other.severity || a - b)
      .slice(0, excess);
    const given = new Set(expendable.map(([index]) => index));
    this.#held = this.#held.filter((_, index) => !given.has(index));
    this.#dropped += excess;
  }
}
