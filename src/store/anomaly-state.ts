import {
  type AnomalyChanges,
  type AnomalyCounters,
  type AnomalyMode,
  type AnomalyPort,
  type AnomalyState,
  type BucketRow,
  type EntityRow,
  type Findings,
  type HostRow,
  type JournalRow,
  type PairRow,
  packJson,
  type ScoredStart,
  unpackJson,
} from '../anomaly/index.ts';
import { AnomalyRecordTable } from './anomaly-records.ts';
import type { Store } from './store.ts';
import type { StoreConnection } from './store-connection.ts';

interface SightingColumns {
  readonly serial: number;
  readonly ordinal: number;
  readonly process: string | null;
  readonly userId: number | null;
  readonly parentId: number | null;
  readonly start: string;
}

interface TotalsColumns {
  readonly nextId: number;
  readonly nextSerial: number;
  readonly counters: string;
}

const entityColumns =
  'id, host_id AS hostId, kind, key, label, buckets, sightings, flagged_sightings AS flaggedSightings, seen, age, pending, history';
const hostColumns =
  'id, watermark_ms AS watermarkMs, late_run AS lateRun, late_since_ms AS lateSinceMs, late_set_backs AS lateSetBacks, newest_index AS newestIndex, age, closed_age AS closedAge, normalisers';
const pairColumns = 'id, entity_id AS entityId, name, count, flagged, seen, age, pending';

/** State of the anomaly jobs. Every write belongs in the transaction of the batch that brought it. */
export class AnomalyStateTable implements AnomalyPort {
  readonly #connection: StoreConnection;
  readonly #records: AnomalyRecordTable;
  readonly #write;
  readonly #remove;

  constructor(store: Store) {
    this.#connection = store.connection;
    this.#records = new AnomalyRecordTable(store);
    this.#write = prepareWrites(store.connection);
    this.#remove = prepareRemovals(store.connection);
  }

  /** All that was saved in this mode; `undefined` when nothing was. */
  load(mode: AnomalyMode): AnomalyState | undefined {
    const totals = this.#connection
      .prepare<[string], TotalsColumns>(
        'SELECT next_id AS nextId, next_serial AS nextSerial, counters FROM anomaly_totals WHERE mode = ?',
      )
      .get(mode);
    const journal = this.#select<JournalRow>(
      'SELECT page, text FROM anomaly_journal WHERE mode = ? ORDER BY page',
      mode,
    );
    if (totals === undefined && journal.length === 0) return undefined;
    return {
      journal,
      totals: totals && { ...totals, counters: JSON.parse(totals.counters) as AnomalyCounters },
      entities: this.#select<EntityRow>(`SELECT ${entityColumns} FROM anomaly_entity WHERE mode = ?`, mode),
      hosts: this.#select<HostRow>(`SELECT ${hostColumns} FROM anomaly_host WHERE mode = ?`, mode),
      pairs: this.#select<PairRow>(`SELECT ${pairColumns} FROM anomaly_pair WHERE mode = ?`, mode),
      buckets: this.#select<BucketRow>(
        'SELECT serial, host_id AS hostId, bucket AS "index", age, slot FROM anomaly_bucket WHERE mode = ?',
        mode,
      ),
      sightings: this.#select<SightingColumns>(
        'SELECT serial, ordinal, process, user_id AS userId, parent_id AS parentId, start FROM anomaly_sighting WHERE mode = ?',
        mode,
      ).map((row) => ({
        serial: row.serial,
        ordinal: row.ordinal,
        process: row.process ?? undefined,
        userId: row.userId ?? undefined,
        parentId: row.parentId ?? undefined,
        start: unpackJson<ScoredStart>(row.start),
      })),
    };
  }

  append(mode: AnomalyMode, { page, text }: JournalRow, findings: Findings): void {
    this.#write.journal.run(mode, page, text);
    this.#saveFindings(mode, findings);
  }

  checkpoint(mode: AnomalyMode, changes: AnomalyChanges): void {
    const { totals } = changes;
    const write = this.#write;
    const remove = this.#remove;
    for (const id of changes.removedPairIds) remove.pair.run(mode, id);
    for (const id of changes.removedEntityIds) {
      remove.entity.run(mode, id);
      remove.host.run(mode, id);
    }
    for (const serial of changes.removedBucketSerials) {
      remove.bucket.run(mode, serial);
      remove.sightings.run(mode, serial);
    }
    for (const row of changes.hosts) {
      const { watermarkMs, lateRun, lateSinceMs, lateSetBacks, newestIndex, age, closedAge, normalisers } =
        row;
      const clock = [watermarkMs, lateRun, lateSinceMs, lateSetBacks, newestIndex] as const;
      write.host.run(mode, row.id, ...clock, age, closedAge, normalisers);
    }
    for (const row of changes.entities) {
      const { buckets, sightings, flaggedSightings, seen, age, pending, history } = row;
      const counts = [buckets, sightings, flaggedSightings, seen, age, pending] as const;
      write.entity.run(mode, row.id, row.hostId, row.kind, row.key, row.label, ...counts, history);
    }
    for (const row of changes.pairs) {
      write.pair.run(
        mode,
        row.id,
        row.entityId,
        row.name,
        row.count,
        row.flagged,
        row.seen,
        row.age,
        row.pending,
      );
    }
    for (const row of changes.buckets) {
      write.bucket.run(mode, row.serial, row.hostId, row.index, row.age, row.slot);
    }
    for (const row of changes.sightings) {
      const { serial, ordinal, process = null, userId = null, parentId = null, start } = row;
      write.sighting.run(mode, serial, ordinal, process, userId, parentId, packJson(start));
    }
    this.#remove.journal.run(mode);
    this.#saveFindings(mode, changes);
    write.totals.run(mode, totals.nextId, totals.nextSerial, JSON.stringify(totals.counters));
  }

  #saveFindings(mode: AnomalyMode, { records, rescores }: Findings): void {
    this.#records.insert(mode, records);
    this.#records.rescore(rescores);
  }

  #select<Row>(sql: string, mode: AnomalyMode): Row[] {
    return this.#connection.prepare<[string], Row>(sql).all(mode);
  }
}

function prepareWrites(connection: StoreConnection) {
  const upsert = (table: string, keys: string, columns: string) => {
    const names = `${keys}, ${columns}`.split(', ');
    const updates = columns.split(', ').map((name) => `${name} = excluded.${name}`);
    return connection.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
       ON CONFLICT (${keys}) DO UPDATE SET ${updates.join(', ')}`,
    );
  };
  return {
    journal: upsert('anomaly_journal', 'mode, page', 'text'),
    totals: upsert('anomaly_totals', 'mode', 'next_id, next_serial, counters'),
    host: upsert(
      'anomaly_host',
      'mode, id',
      'watermark_ms, late_run, late_since_ms, late_set_backs, newest_index, age, closed_age, normalisers',
    ),
    entity: upsert(
      'anomaly_entity',
      'mode, id',
      'host_id, kind, key, label, buckets, sightings, flagged_sightings, seen, age, pending, history',
    ),
    pair: upsert('anomaly_pair', 'mode, id', 'entity_id, name, count, flagged, seen, age, pending'),
    bucket: upsert('anomaly_bucket', 'mode, serial', 'host_id, bucket, age, slot'),
    sighting: upsert('anomaly_sighting', 'mode, serial, ordinal', 'process, user_id, parent_id, start'),
  };
}

function prepareRemovals(connection: StoreConnection) {
  const remove = (table: string, key: string) =>
    connection.prepare<[string, number]>(`DELETE FROM ${table} WHERE mode = ? AND ${key} = ?`);
  return {
    pair: remove('anomaly_pair', 'id'),
    entity: remove('anomaly_entity', 'id'),
    host: remove('anomaly_host', 'id'),
    bucket: remove('anomaly_bucket', 'serial'),
    sightings: remove('anomaly_sighting', 'serial'),
    journal: connection.prepare<[string]>('DELETE FROM anomaly_journal WHERE mode = ?'),
  };
}
