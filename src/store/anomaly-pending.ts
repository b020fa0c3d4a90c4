import { type AnomalyRecord, packJson, unpackJson } from '../anomaly/index.ts';
import type { Store } from './store.ts';

interface PendingRecord {
  readonly ruleId: string;
  readonly record: AnomalyRecord;
}

/** Anomaly records that wait for the next run of a rule; none under the shipped schedules. */
export class PendingRecordTable {
  readonly #select;
  readonly #clear;
  readonly #insert;
  #isEmpty = false;

  constructor(store: Store) {
    const { connection } = store;
    this.#select = connection.prepare<[], { ruleId: string; record: string }>(
      'SELECT rule_id AS ruleId, record FROM anomaly_pending',
    );
    this.#clear = connection.prepare<[]>('DELETE FROM anomaly_pending');
    this.#insert = connection.prepare<[string, string, string]>(
      'INSERT INTO anomaly_pending (rule_id, record_id, record) VALUES (?, ?, ?)',
    );
  }

  load(): PendingRecord[] {
    return this.#select
      .all()
      .map(({ ruleId, record }) => ({ ruleId, record: unpackJson<AnomalyRecord>(record) }))
      .sort((a, b) => a.record.bucketStartMs - b.record.bucketStartMs);
  }

  /** Keeps these instead of what was kept. Belongs in the transaction of the batch. */
  replace(pending: readonly PendingRecord[]): void {
    if (pending.length === 0 && this.#isEmpty) return;
    this.#clear.run();
    for (const { ruleId, record } of pending) this.#insert.run(ruleId, record.id, packJson(record));
    this.#isEmpty = pending.length === 0;
  }
}
