import type { OpenBucket } from './bucket.ts';
import type { ElasticNormalisers } from './elastic/normaliser.ts';
import type { Entity } from './entity.ts';

/** Per 15-minute bucket: evidence halves in 2,773 observed buckets, some 29 days. */
export const decayPerBucket = 0.00025;

/**
 * One host: its own clock, its open buckets and its entities. Nothing here depends on any other host, so
 * that a recording of many hosts gives what an agent on each of them would have given.
 *
 * A host ages by observed buckets; a gap counts as a day at most. So neither holidays nor a clock set years
 * ahead wipe out what was learnt.
 */
export class AnomalyHost {
  readonly entity: Entity;
  readonly users = new Map<string, Entity>();
  readonly parents = new Map<string, Entity>();
  /** Oldest first; at most two. */
  readonly buckets: OpenBucket[] = [];
  /** Latest event time; -Infinity before the first event. */
  watermarkMs = Number.NEGATIVE_INFINITY;
  /** Index of the newest bucket opened since the clock was last set back. */
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

/** What one sighting at this age adds. Growing weights stand for decaying counts: only ratios matter. */
export function weightAt(age: number): number {
  return Math.exp(decayPerBucket * age);
}
