import type { AnomalyMode, AnomalyRecord, Rescore } from '../anomaly/index.ts';
import type { Store } from './store.ts';

/** Records of closed buckets that are kept, of both modes together. */
const maxRecords = 20_000;

/** A record without its start, of which the id and the probability stay. */
export type StoredAnomalyRecord = Omit<AnomalyRecord, 'subject'> & {
  readonly subject: { readonly eventId: string; readonly maliciousProbability: number };
};

/** Anomaly records, newest kept: what is looked up about a host's, a user's or a parent's past. */
export class AnomalyRecordTable {
  readonly #insert;
  readonly #trim;
  readonly #rescore;
  readonly #ofEntity;

  constructor(store: Store) {
    const { connection } = store;
    this.#insert = connection.prepare<[string, string, string, string, string, number, number, string]>(
      `INSERT INTO anomaly_record (id, mode, job, host, entity, bucket_start_ms, score, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    this.#trim = connection.prepare<[number]>(
      'DELETE FROM anomaly_record WHERE seq <= (SELECT max(seq) FROM anomaly_record) - ?',
    );
    this.#rescore = connection.prepare<[number, string]>('UPDATE anomaly_record SET score = ? WHERE id = ?');
    this.#ofEntity = connection.prepare<[string, string, number], { score: number; document: string }>(
      'SELECT score, document FROM anomaly_record WHERE host = ? AND entity = ? ORDER BY seq DESC LIMIT ?',
    );
  }

  insert(mode: AnomalyMode, records: readonly AnomalyRecord[]): void {
    if (records.length === 0) return;
    for (const record of records) {
      const { subject, ...rest } = record;
      const { maliciousProbability } = subject.prediction;
      const stored: StoredAnomalyRecord = {
        ...rest,
        subject: { eventId: subject.event.id, maliciousProbability },
      };
      const { id, job, host, entity, bucketStartMs, score } = record;
      this.#insert.run(id, mode, job, host, entity, bucketStartMs, score, JSON.stringify(stored));
    }
    this.#trim.run(maxRecords);
  }

  rescore(rescores: readonly Rescore[]): void {
    for (const { id, score } of rescores) this.#rescore.run(score, id);
  }

  /** The newest records of an entity, newest first, by the names in {@link AnomalyRecord}. */
  ofEntity(host: string, entity: string, limit: number): StoredAnomalyRecord[] {
    return this.#ofEntity
      .all(host, entity, limit)
      .map(({ score, document }) => ({ ...(JSON.parse(document) as StoredAnomalyRecord), score }));
  }
}
