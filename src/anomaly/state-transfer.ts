import { AnomalyHost, type Entity, OpenBucket, type Pair } from './anomaly-host.ts';
import type { ClusterHistory } from './cluster.ts';
import type { ElasticHistory } from './elastic/elastic-history.ts';
import { Normaliser, type SavedNormaliser } from './elastic/normaliser.ts';
import type { AnomalyJobId } from './jobs.ts';
import type { AnomalyMemory } from './memory.ts';
import type {
  AnomalyChanges,
  AnomalyCounters,
  AnomalyState,
  BucketRow,
  EntityRow,
  HostRow,
  PairRow,
  SightingRow,
} from './saved-state.ts';

interface History {
  readonly cluster?: ClusterHistory | undefined;
  readonly elastic?: ElasticHistory | undefined;
}

/** Rows of everything that changed, and how to note that they are saved. */
export function collectChanges(
  memory: AnomalyMemory,
  counters: AnomalyCounters,
): { readonly rows: Omit<AnomalyChanges, 'records' | 'rescores'>; forget(): void } {
  const hosts: HostRow[] = [];
  const buckets: BucketRow[] = [];
  const sightings: SightingRow[] = [];
  for (const host of memory.hosts.values()) {
    if (host.dirty) hosts.push(hostRow(host));
    for (const bucket of host.buckets) {
      if (!bucket.saved) buckets.push(bucketRow(host, bucket));
      for (let i = bucket.savedSightings; i < bucket.sightings.length; i++)
        sightings.push(sightingRow(bucket, i));
    }
  }
  return {
    rows: {
      totals: { nextId: memory.nextId, nextSerial: memory.nextSerial, counters },
      hosts,
      entities: memory.dirtyEntities.filter(({ removed }) => !removed).map(entityRow),
      pairs: memory.dirtyPairs.filter(({ removed }) => !removed).map(pairRow),
      buckets,
      sightings,
      removedEntityIds: memory.removedEntityIds,
      removedPairIds: memory.removedPairIds,
      removedBucketSerials: memory.closedSerials,
    },
    forget: () => forgetChanges(memory),
  };
}

export function forgetChanges(memory: AnomalyMemory): void {
  for (const host of memory.hosts.values()) {
    host.dirty = false;
    for (const bucket of host.buckets) {
      bucket.saved = true;
      bucket.savedSightings = bucket.sightings.length;
    }
  }
  for (const entity of memory.dirtyEntities) entity.dirty = false;
  for (const pair of memory.dirtyPairs) pair.dirty = false;
  memory.dirtyEntities.length = 0;
  memory.dirtyPairs.length = 0;
  memory.removedEntityIds.length = 0;
  memory.removedPairIds.length = 0;
  memory.closedSerials.length = 0;
}

/** Notes that nothing is saved. */
export function markEverything(memory: AnomalyMemory): void {
  for (const host of memory.hosts.values()) {
    host.dirty = true;
    for (const bucket of host.buckets) {
      bucket.saved = false;
      bucket.savedSightings = 0;
    }
  }
  for (const entity of memory.entities()) {
    memory.markEntity(entity);
    for (const pair of entity.pairs.values()) memory.markPair(pair);
  }
  memory.removedEntityIds.length = 0;
  memory.removedPairIds.length = 0;
  memory.closedSerials.length = 0;
}

/** Fills an empty memory from saved rows; those whose host, entity or bucket is not among them are passed over. */
export function restoreState(memory: AnomalyMemory, state: AnomalyState): void {
  memory.nextId = state.totals?.nextId ?? 1;
  memory.nextSerial = state.totals?.nextSerial ?? 1;
  const hosts = new Map<number, AnomalyHost>();
  const entities = new Map<number, Entity>();
  const rows = [...state.entities].sort((a, b) => a.id - b.id);
  const hostRows = new Map(state.hosts.map((row) => [row.id, row]));
  for (const row of rows) {
    const hostRow = hostRows.get(row.id);
    if (row.kind !== 'host' || hostRow === undefined) continue;
    const host = new AnomalyHost((self) => restoreEntity(memory, row, self));
    restoreHost(host, hostRow);
    memory.addHost(host);
    hosts.set(row.id, host);
    entities.set(row.id, host.entity);
  }
  for (const row of rows) {
    const host = hosts.get(row.hostId);
    if (row.kind === 'host' || host === undefined) continue;
    const entity = restoreEntity(memory, row, host);
    memory.addMember(entity);
    if (entity.buckets > 0) {
      if (entity.kind === 'user') host.knownUsers++;
      else host.knownParents++;
    }
    entities.set(row.id, entity);
  }
  const pairs = restorePairs(memory, state.pairs, entities);
  restoreBuckets(state, hosts, entities, pairs);
}

function restoreHost(host: AnomalyHost, row: HostRow): void {
  host.dirty = false;
  host.watermarkMs = row.watermarkMs;
  host.lateRun = row.lateRun;
  host.lateSinceMs = row.lateSinceMs;
  host.lateSetBacks = row.lateSetBacks;
  host.newestIndex = row.newestIndex;
  host.age = row.age;
  host.closedAge = row.closedAge;
  if (row.normalisers === null) return;
  const saved = JSON.parse(row.normalisers) as [AnomalyJobId, SavedNormaliser][];
  host.normalisers = new Map(saved.map(([job, normaliser]) => [job, new Normaliser(normaliser)]));
}

function restoreEntity(memory: AnomalyMemory, row: EntityRow, host: AnomalyHost): Entity {
  const entity = memory.createEntity(row.id, row.kind, host, row.key, row.label);
  entity.buckets = row.buckets;
  entity.sightings = row.sightings;
  entity.flaggedSightings = row.flaggedSightings;
  entity.seen = row.seen;
  entity.age = row.age;
  entity.pending = row.pending;
  const history = row.history === null ? {} : (JSON.parse(row.history) as History);
  entity.cluster = history.cluster;
  entity.elastic = history.elastic;
  return entity;
}

function restorePairs(
  memory: AnomalyMemory,
  rows: readonly PairRow[],
  entities: ReadonlyMap<number, Entity>,
): Pair[] {
  const pairs: Pair[] = [];
  for (const row of [...rows].sort((a, b) => a.id - b.id)) {
    const entity = entities.get(row.entityId);
    if (entity === undefined) continue;
    const pair = memory.createPair(row.id, entity, row.name);
    pair.count = row.count;
    pair.flagged = row.flagged;
    pair.seen = row.seen;
    pair.age = row.age;
    pair.pending = row.pending;
    memory.addPair(pair);
    pairs.push(pair);
  }
  return pairs;
}

function restoreBuckets(
  state: AnomalyState,
  hosts: ReadonlyMap<number, AnomalyHost>,
  entities: ReadonlyMap<number, Entity>,
  pairs: readonly Pair[],
): void {
  const open = new Map<number, { readonly host: AnomalyHost; readonly bucket: OpenBucket }>();
  for (const row of [...state.buckets].sort((a, b) => a.serial - b.serial)) {
    const host = hosts.get(row.hostId);
    if (host === undefined) continue;
    const bucket = new OpenBucket(row.serial, row.index, row.age, row.slot);
    bucket.saved = true;
    host.buckets.push(bucket);
    open.set(row.serial, { host, bucket });
  }
  for (const entity of entities.values()) {
    for (const bucket of entity.host.buckets) {
      if ((entity.pending & bucket.slot) !== 0) bucket.touchedEntities.push(entity);
    }
  }
  for (const pair of pairs) {
    for (const bucket of pair.entity.host.buckets) {
      if ((pair.pending & bucket.slot) !== 0) bucket.touchedPairs.push(pair);
    }
  }
  const inOrder = [...state.sightings].sort((a, b) => a.serial - b.serial || a.ordinal - b.ordinal);
  for (const row of inOrder) {
    const found = open.get(row.serial);
    if (found === undefined) continue;
    const user = row.userId === undefined ? undefined : entities.get(row.userId);
    const parent = row.parentId === undefined ? undefined : entities.get(row.parentId);
    found.bucket.add({ start: row.start, process: row.process, user, parent }, found.host.entity);
    found.bucket.savedSightings++;
  }
}

function hostRow(host: AnomalyHost): HostRow {
  const { normalisers } = host;
  return {
    id: host.entity.id,
    watermarkMs: host.watermarkMs,
    lateRun: host.lateRun,
    lateSinceMs: host.lateSinceMs,
    lateSetBacks: host.lateSetBacks,
    newestIndex: host.newestIndex,
    age: host.age,
    closedAge: host.closedAge,
    normalisers: normalisers === undefined ? null : JSON.stringify([...normalisers]),
  };
}

function entityRow(entity: Entity): EntityRow {
  const { cluster, elastic } = entity;
  return {
    id: entity.id,
    hostId: entity.host.entity.id,
    kind: entity.kind,
    key: entity.key,
    label: entity.label,
    buckets: entity.buckets,
    sightings: entity.sightings,
    flaggedSightings: entity.flaggedSightings,
    seen: entity.seen,
    age: entity.age,
    pending: entity.pending,
    history: cluster === undefined && elastic === undefined ? null : JSON.stringify({ cluster, elastic }),
  };
}

function pairRow(pair: Pair): PairRow {
  return {
    id: pair.id,
    entityId: pair.entity.id,
    name: pair.name,
    count: pair.count,
    flagged: pair.flagged,
    seen: pair.seen,
    age: pair.age,
    pending: pair.pending,
  };
}

function bucketRow(host: AnomalyHost, bucket: OpenBucket): BucketRow {
  const { serial, index, age, slot } = bucket;
  return { serial, hostId: host.entity.id, index, age, slot };
}

function sightingRow(bucket: OpenBucket, ordinal: number): SightingRow {
  const { start, process, user, parent } = bucket.sightings[ordinal]!;
  return { serial: bucket.serial, ordinal, process, userId: user?.id, parentId: parent?.id, start };
}
