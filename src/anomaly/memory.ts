import { AnomalyHost, type Entity, type OpenBucket, type Pair } from './anomaly-host.ts';
import type { EntityKind } from './jobs.ts';
import { clipName } from './subject.ts';

/** Share of the limit that one eviction frees, so that it is not done for every new name. */
const evictedShare = 16;

/** Every host, entity and pair, what changed of them since the last save, and the limits on them. */
export class AnomalyMemory {
  readonly hosts = new Map<string, AnomalyHost>();
  entityCount = 0;
  pairCount = 0;
  nextId = 1;
  nextSerial = 1;
  readonly dirtyEntities: Entity[] = [];
  readonly dirtyPairs: Pair[] = [];
  readonly removedEntityIds: number[] = [];
  readonly removedPairIds: number[] = [];
  readonly closedSerials: number[] = [];
  readonly maxEntities: number;
  readonly maxPairs: number;

  constructor(limits: { readonly maxEntities: number; readonly maxPairs: number }) {
    this.maxEntities = limits.maxEntities;
    this.maxPairs = limits.maxPairs;
  }

  host(key: string, label: string): AnomalyHost {
    const known = this.hosts.get(key);
    if (known !== undefined) return known;
    const host = new AnomalyHost((self) => this.createEntity(this.nextId++, 'host', self, key, label));
    this.addHost(host);
    return host;
  }

  user(host: AnomalyHost, key: string, label: string): Entity {
    return this.#member(host, host.users, 'user', key, label);
  }

  parent(host: AnomalyHost, key: string, label: string): Entity {
    return this.#member(host, host.parents, 'parent', key, label);
  }

  /** Notes that the entity started something in the bucket. */
  touchEntity(entity: Entity, bucket: OpenBucket): void {
    if ((entity.pending & bucket.slot) !== 0) return;
    entity.pending |= bucket.slot;
    if (bucket.serial > entity.seen) entity.seen = bucket.serial;
    bucket.touchedEntities.push(entity);
    this.markEntity(entity);
  }

  /** Notes that the entity started `name` in the bucket. */
  touchPair(entity: Entity, name: string, bucket: OpenBucket): void {
    let pair = entity.pairs.get(name);
    if (pair === undefined) {
      pair = this.createPair(this.nextId++, entity, name);
      this.addPair(pair);
    } else if ((pair.pending & bucket.slot) !== 0) {
      return;
    }
    pair.pending |= bucket.slot;
    if (bucket.serial > pair.seen) pair.seen = bucket.serial;
    bucket.touchedPairs.push(pair);
    this.markPair(pair);
  }

  markEntity(entity: Entity): void {
    if (entity.dirty || entity.removed) return;
    entity.dirty = true;
    this.dirtyEntities.push(entity);
  }

  markPair(pair: Pair): void {
    if (pair.dirty || pair.removed) return;
    pair.dirty = true;
    this.dirtyPairs.push(pair);
  }

  createEntity(id: number, kind: EntityKind, host: AnomalyHost, key: string, label: string): Entity {
    return {
      id,
      kind,
      host,
      key,
      label: clipName(label),
      pairs: new Map(),
      buckets: 0,
      sightings: 0,
      flaggedSightings: 0,
      seen: 0,
      age: 0,
      pending: 0,
      cluster: undefined,
      elastic: undefined,
      view: undefined,
      rarities: undefined,
      dirty: false,
      removed: false,
    };
  }

  createPair(id: number, entity: Entity, name: string): Pair {
    return {
      id,
      entity,
      name,
      count: 0,
      flagged: 0,
      seen: 0,
      age: 0,
      pending: 0,
      dirty: false,
      removed: false,
    };
  }

  addHost(host: AnomalyHost): void {
    this.hosts.set(host.entity.key, host);
    this.entityCount++;
  }

  addMember(entity: Entity): void {
    const { host } = entity;
    (entity.kind === 'user' ? host.users : host.parents).set(entity.key, entity);
    this.entityCount++;
  }

  addPair(pair: Pair): void {
    pair.entity.pairs.set(pair.name, pair);
    this.pairCount++;
  }

  /** Makes room for one pair of each kind. Returns how many were dropped. */
  evictPairs(): number {
    if (this.pairCount + 3 <= this.maxPairs) return 0;
    const pairs: Pair[] = [];
    for (const entity of this.entities()) for (const pair of entity.pairs.values()) pairs.push(pair);
    const least = this.pairCount + 3 - this.maxPairs;
    const dropped = leastRecent(pairs, Math.max(least, Math.floor(this.maxPairs / evictedShare)));
    for (const pair of dropped) this.removePair(pair);
    this.#dropRemoved();
    return dropped.length;
  }

  /** Whether there is no room for a host, a user and a parent. */
  get isFullOfEntities(): boolean {
    return this.entityCount + 3 > this.maxEntities;
  }

  /** How many entities to drop when there is no room: so many at once that it is seldom done. */
  get entitiesToEvict(): number {
    return Math.max(3, Math.floor(this.maxEntities / evictedShare));
  }

  /** Drops the least recent users and parents that are in no open bucket. Returns how many. */
  evictIdle(most: number): number {
    const idle: Entity[] = [];
    for (const entity of this.entities()) {
      if (entity.kind !== 'host' && entity.pending === 0) idle.push(entity);
    }
    const dropped = leastRecent(idle, most);
    for (const entity of dropped) this.removeEntity(entity);
    return dropped.length;
  }

  /**
   * Drops the least recent users and parents, whatever they are in: those without flagged starts in an open bucket
   * first, so that a flood of names does not keep what was flagged from being judged. Returns how many.
   */
  evictPending(most: number): number {
    const ordinary: Entity[] = [];
    const flagged: Entity[] = [];
    for (const entity of this.entities()) {
      if (entity.kind === 'host') continue;
      const isFlagged = entity.host.buckets.some(({ tallies }) => tallies.has(entity.id));
      (isFlagged ? flagged : ordinary).push(entity);
    }
    const first = leastRecent(ordinary, most);
    const dropped = first.concat(leastRecent(flagged, most - first.length));
    for (const entity of dropped) this.removeEntity(entity);
    this.#dropRemoved();
    return dropped.length;
  }

  /** The hosts other than one, the least recent first. */
  otherHosts(except: string): AnomalyHost[] {
    const others = [...this.hosts.values()].filter(({ entity }) => entity.key !== except);
    return others.sort((a, b) => a.entity.seen - b.entity.seen || a.entity.id - b.entity.id);
  }

  removePair(pair: Pair): void {
    if (pair.removed) return;
    pair.removed = true;
    pair.entity.pairs.delete(pair.name);
    pair.entity.view = undefined;
    pair.entity.rarities = undefined;
    this.pairCount--;
    this.removedPairIds.push(pair.id);
  }

  removeEntity(entity: Entity): void {
    if (entity.removed) return;
    for (const pair of entity.pairs.values()) this.removePair(pair);
    entity.removed = true;
    const { host } = entity;
    if (entity.kind === 'user') {
      host.users.delete(entity.key);
      if (entity.buckets > 0) host.knownUsers--;
    } else if (entity.kind === 'parent') {
      host.parents.delete(entity.key);
      if (entity.buckets > 0) host.knownParents--;
    }
    this.entityCount--;
    this.removedEntityIds.push(entity.id);
  }

  removeHost(host: AnomalyHost): number {
    const members = [...host.users.values(), ...host.parents.values(), host.entity];
    for (const entity of members) this.removeEntity(entity);
    this.hosts.delete(host.entity.key);
    return members.length;
  }

  /** Every entity, hosts first within each host. */
  *entities(): IterableIterator<Entity> {
    for (const host of this.hosts.values()) {
      yield host.entity;
      yield* host.users.values();
      yield* host.parents.values();
    }
  }

  /** What was removed must not pile up in the open buckets either. */
  #dropRemoved(): void {
    for (const { buckets } of this.hosts.values()) for (const bucket of buckets) bucket.dropRemoved();
  }

  #member(
    host: AnomalyHost,
    members: Map<string, Entity>,
    kind: EntityKind,
    key: string,
    label: string,
  ): Entity {
    const known = members.get(key);
    if (known !== undefined) return known;
    const entity = this.createEntity(this.nextId++, kind, host, key, label);
    this.addMember(entity);
    this.markEntity(entity);
    return entity;
  }
}

interface Recency {
  readonly seen: number;
  readonly id: number;
}

function leastRecent<T extends Recency>(items: T[], count: number): T[] {
  return items.sort((a, b) => a.seen - b.seen || a.id - b.id).slice(0, count);
}
