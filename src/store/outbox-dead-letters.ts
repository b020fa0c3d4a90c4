import type { Drop, OutboxEntry } from '../forward/index.ts';
import { DropTable } from './outbox-drops.ts';
import { fromRow, type OutboxRow } from './outbox-row.ts';
import type { Store } from './store.ts';

/** What a receiver refused for good, and why. */
export interface DeadLetter extends OutboxEntry {
  readonly seq: number;
  readonly destination: string;
  readonly reason: string;
}

/** Dead letters kept; the oldest give way. */
const maxDeadLetters = 10_000;

export class DeadLetterTable {
  readonly #drops: DropTable;
  readonly #insert;
  readonly #surplus;
  readonly #trim;
  readonly #count;
  readonly #select;
  readonly #reason;
  readonly #remove;

  constructor(store: Store) {
    const { connection } = store;
    this.#drops = new DropTable(store);
    this.#insert = connection.prepare<
      [string, string, string, number, number, string | null, string, string]
    >(
      `INSERT INTO outbox_dead_letter (destination, event_id, kind, severity, time_ms, rule_id, reason, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#surplus = connection.prepare<[number], Drop>(
      `SELECT destination, severity, 'dead-letter' AS reason, count(*) AS count FROM outbox_dead_letter
       WHERE seq <= (SELECT max(seq) FROM outbox_dead_letter) - ? GROUP BY destination, severity`,
    );
    this.#trim = connection.prepare<[number]>(
      'DELETE FROM outbox_dead_letter WHERE seq <= (SELECT max(seq) FROM outbox_dead_letter) - ?',
    );
    this.#count = connection.prepare<[], number>('SELECT count(*) FROM outbox_dead_letter').pluck();
    this.#select = connection.prepare<[string | null, string | null, number], OutboxRow<DeadLetter>>(
      `SELECT seq, destination, event_id AS eventId, kind, severity, time_ms AS timeMs, rule_id AS ruleId, reason,
       document FROM outbox_dead_letter WHERE ? IS NULL OR destination = ? ORDER BY seq LIMIT ?`,
    );
    this.#reason = connection
      .prepare<[string, string], string>(
        'SELECT reason FROM outbox_dead_letter WHERE destination = ? AND event_id = ? ORDER BY seq DESC LIMIT 1',
      )
      .pluck();
    this.#remove = connection.prepare<[number]>('DELETE FROM outbox_dead_letter WHERE seq = ?');
  }

  /** What gives way for it is noted as a drop, for an alert to tell of. Belongs in a transaction. */
  insert(destination: string, entry: OutboxEntry, reason: string): void {
    const { eventId, kind, severity, timeMs, ruleId = null, document } = entry;
    this.#insert.run(destination, eventId, kind, severity, timeMs, ruleId, reason, document);
    const surplus = this.#surplus.all(maxDeadLetters);
    if (surplus.length === 0) return;
    this.#drops.add(surplus);
    this.#trim.run(maxDeadLetters);
  }

  count(): number {
    return this.#count.get() ?? 0;
  }

  /** The oldest first; of every destination unless one is named. */
  list(destination: string | undefined, limit: number): DeadLetter[] {
    return this.#select.all(destination ?? null, destination ?? null, limit).map(fromRow);
  }

  /** Why a destination refused this document, the last time that it did. */
  reason(destination: string, eventId: string): string | undefined {
    return this.#reason.get(destination, eventId);
  }

  remove(seq: number): void {
    this.#remove.run(seq);
  }
}
