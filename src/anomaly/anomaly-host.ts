import type { ClusterHistory } from './cluster.ts';
import type { ElasticHistory, RareProbability } from './elastic/elastic-history.ts';
import type { ElasticNormalisers } from './elastic/normaliser.ts';
import type { EntityKind } from './jobs.ts';
import type { ScoredStart } from './scored-start.ts';

/**
 * One host: its own clock, its open buckets and its entities. Nothing here depends on any other host, so
 * that a recording of many hosts gives what an agent on each of them would have given.
 *
 * A host ages by observed buckets; a gap counts as a day at most, and only beyond the newest bucket that there ever was.
 * So neither holidays nor a clock set years ahead wipe out what was learnt, nor one that is set back and forth.
 */
export class AnomalyHost {
  readonly entity: Entity;
  readonly users = new Map<string, Entity>();
  readonly parents = new Map<string, Entity>();
  /** Oldest first; at most two. */
  readonly buckets: OpenBucket[] = [];
  /** Latest event time since the clock was last set back; -Infinity before the first event. */
  watermarkMs = Number.NEGATIVE_INFINITY;
  /** Late starts in a row, and the time of the first of them. */
  lateRun = 0;
  lateSinceMs = 0;
  /** How often such runs set the clock back since it last went on beyond its newest bucket. */
  lateSetBacks = 0;
  /** Index of the newest bucket ever opened; NaN before the first. */
  newestIndex = Number.NaN;
  /** Observed buckets so far. */
  age = 0;
  /** Age of the last closed bucket; evidence is read as of then. */
  closedAge = 0;
  /** How many users and parents have evidence. */
  knownUsers = 0;
  knownParents = 0;
  /** `elastic` mode only: what each job's scores are measured against. */
  normalisers: ElasticNormalisers | undefined;
  dirty = true;

  constructor(createEntity: (host: AnomalyHost) => Entity) {
    this.entity = createEntity(this);
  }

  /** Age units that a silent gap counts for, most. */
  static readonly maxGapBuckets = 96;

  /** Ages the host for a bucket about to be opened. */
  advanceTo(index: number): void {
    const gap = index - this.newestIndex;
    this.age += gap >= 1 ? Math.min(gap, AnomalyHost.maxGapBuckets) : 1;
    if (!(index <= this.newestIndex)) this.newestIndex = index;
    this.dirty = true;
  }
}

/** A host, a user of a host, or a parent's name on a host, and what it has been seen to start. */
export interface Entity {
  readonly id: number;
  readonly kind: EntityKind;
  readonly host: AnomalyHost;
  readonly key: string;
  /** The name as first written. */
  readonly label: string;
  readonly pairs: Map<string, Pair>;
  /** Weight of the closed buckets in which it started anything. Weights grow with the host's age. */
  buckets: number;
  /** Weight of its (process, bucket) sightings, and of those that were flagged. */
  sightings: number;
  flaggedSightings: number;
  /** Serial of the last bucket it was seen in: the lowest is evicted first. */
  seen: number;
  /** Age of the host then: what is too old is pruned. */
  age: number;
  /** Slots of the open buckets that hold it, as bits. */
  pending: number;
  cluster: ClusterHistory | undefined;
  elastic: ElasticHistory | undefined;
  /** Evidence ready to be asked; made on demand, dropped when a bucket closes. */
  view: EvidenceView | undefined;
  /** `elastic` mode's answers so far, by what they rest on; dropped when the pairs or their weight change. */
  rarities: Map<string, RareProbability> | undefined;
  dirty: boolean;
  removed: boolean;
}

/** One process name under one entity. */
export interface Pair {
  readonly id: number;
  readonly entity: Entity;
  readonly name: string;
  /** Weight of the closed buckets in which the entity started it. */
  count: number;
  /** Weight of the closed buckets in which such a start was flagged. */
  flagged: number;
  seen: number;
  age: number;
  pending: number;
  dirty: boolean;
  removed: boolean;
}

/** An entity's evidence as of its host's last closed bucket. */
export interface EvidenceView {
  readonly closedAge: number;
  /** Discounted counts of the names seen, in no order: a view is asked too seldom to be worth sorting. */
  readonly counts: Float64Array;
  readonly sum: number;
  /** Sums of the counts up to a limit, as far as they were asked for. */
  readonly sumsUpTo: Map<number, number>;
}

/** A flagged start in an open bucket. */
export interface Sighting {
  readonly start: ScoredStart;
  readonly process: string | undefined;
  readonly user: Entity | undefined;
  readonly parent: Entity | undefined;
}

/** The flagged starts of one process name under one entity. */
export interface ProcessTally {
  count: number;
  maxProbability: number;
}

/** The flagged starts of one entity. */
export interface EntityTally {
  readonly entity: Entity;
  count: number;
  /** Of malicious probabilities. */
  sum: number;
  maxProbability: number;
  readonly processes: Map<string, ProcessTally>;
}

/** A bucket that still takes events: what it has seen becomes evidence when it closes. */
export class OpenBucket {
  /** Unique in this state, growing. */
  readonly serial: number;
  /** Start time divided by the span. */
  readonly index: number;
  /** The host's age when it was opened. */
  readonly age: number;
  /** 1 or 2: its bit in `pending`. */
  readonly slot: number;
  touchedEntities: Entity[] = [];
  touchedPairs: Pair[] = [];
  readonly sightings: Sighting[] = [];
  readonly tallies = new Map<number, EntityTally>();
  saved = false;
  /** How many sightings are saved. */
  savedSightings = 0;

  constructor(serial: number, index: number, age: number, slot: number) {
    this.serial = serial;
    this.index = index;
    this.age = age;
    this.slot = slot;
  }

  add(sighting: Sighting, host: Entity): void {
    this.sightings.push(sighting);
    const probability = sighting.start.prediction.maliciousProbability;
    this.#tally(host, sighting.process, probability);
    if (sighting.user !== undefined) this.#tally(sighting.user, sighting.process, probability);
    if (sighting.parent !== undefined) this.#tally(sighting.parent, sighting.process, probability);
  }

  /** Lets go of what was evicted. Sightings may still name it; without its tally nothing comes of that. */
  dropRemoved(): void {
    this.touchedEntities = this.touchedEntities.filter(({ removed }) => !removed);
    this.touchedPairs = this.touchedPairs.filter(({ removed }) => !removed);
    for (const { entity } of this.tallies.values()) if (entity.removed) this.tallies.delete(entity.id);
  }

  #tally(entity: Entity, process: string | undefined, probability: number): void {
    let tally = this.tallies.get(entity.id);
    if (tally === undefined) {
      tally = { entity, count: 0, sum: 0, maxProbability: 0, processes: new Map() };
      this.tallies.set(entity.id, tally);
    }
    tally.count++;
    tally.sum += probability;
    if (probability > tally.maxProbability) tally.maxProbability = probability;
    if (process === undefined) return;
    const known = tally.processes.get(process);
    if (known === undefined) {
      tally.processes.set(process, { count: 1, maxProbability: probability });
    } else {
      known.count++;
      if (probability > known.maxProbability) known.maxProbability = probability;
    }
  }
}
