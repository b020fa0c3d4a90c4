import { type AnomalyHost, type Entity, OpenBucket } from './anomaly-host.ts';
import type { AnomalyModel, Judgement } from './anomaly-model.ts';
import { Counters } from './counters.ts';
import { DefaultModel } from './default-model.ts';
import { ElasticModel } from './elastic/elastic-model.ts';
import { closeOver, findBucket, stepClock, takeBuckets } from './host-clock.ts';
import { highSumJobId, type JobFunction, rareJobId } from './jobs.ts';
import { AnomalyMemory } from './memory.ts';
import type { AnomalyOptions } from './options.ts';
import type { Priors } from './priors.ts';
import { pruneHost } from './pruning.ts';
import type { AnomalyRecord, ClosedBucket, InterimAnomaly, InterimScore, Rescore } from './record.ts';
import { buildRecord } from './record-builder.ts';
import type { AnomalyCounters } from './saved-state.ts';
import { SightingIndex } from './sighting-index.ts';
import type { Subject } from './subject.ts';

/** The entities that a start belongs to. */
interface Entities {
  readonly host: AnomalyHost;
  readonly user: Entity | undefined;
  readonly parent: Entity | undefined;
}

/**
 * The six jobs themselves, without their persistence: takes process starts in order of arrival; judges each
 * flagged one at once and every bucket when it closes.
 */
export class AnomalyAnalysis {
  readonly memory: AnomalyMemory;
  readonly counters: Counters;
  readonly #options: AnomalyOptions;
  readonly #model: AnomalyModel;
  #closed: ClosedBucket[] = [];
  #rescores: Rescore[] = [];

  constructor(options: AnomalyOptions, priors: Priors, counters?: AnomalyCounters) {
    this.#options = options;
    this.memory = new AnomalyMemory(options);
    this.#model =
      options.mode === 'elastic' ? new ElasticModel(this.memory) : new DefaultModel(this.memory, priors);
    this.counters = new Counters(counters);
  }

  /** Takes the next start. Returns how unusual it is if it is flagged. */
  take(subject: Subject): InterimAnomaly | undefined {
    const { timeMs, flagged } = subject;
    this.counters.observed++;
    this.#makeRoom(subject.host);
    const host = this.memory.host(subject.host, subject.hostLabel);
    const bucket = this.#enter(host, timeMs);
    if (flagged !== undefined) this.counters.flagged++;
    if (bucket === undefined) this.counters.late++;
    const learns = bucket !== undefined && (flagged !== undefined || this.#model.learnsEveryStart);
    if (!learns && flagged === undefined) return undefined;
    const entities = this.#findEntities(host, subject);
    if (learns) this.#touch(entities, subject, bucket);
    if (flagged === undefined) return undefined;
    const probability = flagged.prediction.maliciousProbability;
    if (bucket === undefined) {
      this.counters.lateFlagged++;
      // Stands for the closed bucket, to judge the start by itself.
      const closed = new OpenBucket(0, Math.floor(timeMs / this.#options.bucketSpanMs), host.age, 0);
      return this.#judge(entities, subject, probability, closed, true);
    }
    if (bucket.sightings.length < this.#options.maxSightings) {
      const { user, parent } = entities;
      bucket.add({ start: flagged, process: subject.process, user, parent }, host.entity);
    } else {
      this.counters.saturated++;
    }
    return this.#judge(entities, subject, probability, bucket, false);
  }

  /** The buckets that closed since the last call, in the order in which they closed. */
  takeClosed(): ClosedBucket[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** Closes every open bucket: a finite recording has ended. */
  flush(): void {
    for (const host of this.memory.hosts.values()) this.#closeAll(host);
  }

  /** Closes the buckets that are over, with their grace, at a time of day. */
  closeUntil(timeMs: number): void {
    for (const host of this.memory.hosts.values()) {
      for (const bucket of closeOver(host, timeMs, this.#options)) this.#close(host, bucket);
    }
  }

  /** Kept records whose score changed since the last call. */
  takeRescores(): Rescore[] {
    const rescores = this.#rescores;
    this.#rescores = [];
    return rescores;
  }

  /** Moves the host's clock and finds the bucket of `timeMs`; `undefined` when it is closed already. */
  #enter(host: AnomalyHost, timeMs: number): OpenBucket | undefined {
    const step = stepClock(host, timeMs, this.#options);
    if (step.setBack) this.counters.clockSetBacks++;
    for (const bucket of step.closing) this.#close(host, bucket);
    const ageBefore = host.age;
    const found = findBucket(host, timeMs, this.#options, () => this.memory.nextSerial++);
    if (found?.opened === true) {
      host.entity.seen = found.bucket.serial;
      this.memory.markEntity(host.entity);
      const pruned = pruneHost(this.memory, host, ageBefore, this.#options);
      this.counters.prunedEntities += pruned.entities;
      this.counters.prunedPairs += pruned.pairs;
    }
    return found?.bucket;
  }

  #findEntities(host: AnomalyHost, { user, userLabel, parent, parentLabel }: Subject): Entities {
    const { memory } = this;
    return {
      host,
      user: user === undefined ? undefined : memory.user(host, user, userLabel),
      parent: parent === undefined ? undefined : memory.parent(host, parent, parentLabel),
    };
  }

  #touch({ host, user, parent }: Entities, { process }: Subject, bucket: OpenBucket): void {
    const memory = this.memory;
    memory.touchEntity(host.entity, bucket);
    if (user !== undefined) memory.touchEntity(user, bucket);
    if (parent !== undefined) memory.touchEntity(parent, bucket);
    if (process === undefined) return;
    memory.touchPair(host.entity, process, bucket);
    if (user !== undefined) memory.touchPair(user, process, bucket);
    if (parent !== undefined) memory.touchPair(parent, process, bucket);
  }

  #judge(
    { host, user, parent }: Entities,
    { process }: Subject,
    maliciousProbability: number,
    bucket: OpenBucket,
    late: boolean,
  ): InterimAnomaly {
    const jobs: InterimScore[] = [];
    for (const entity of [user, host.entity, parent]) {
      if (entity === undefined) continue;
      const tally = bucket.tallies.get(entity.id);
      if (process !== undefined) {
        const known = tally?.processes.get(process);
        const strongest = Math.max(maliciousProbability, known?.maxProbability ?? 0);
        const judgement = this.#model.judgeRare(entity, process, strongest, bucket);
        jobs.push(toInterim('rare', entity, judgement, known?.count ?? 1));
      }
      const sum = tally?.sum ?? maliciousProbability;
      jobs.push(toInterim('high_sum', entity, this.#model.judgeSum(entity, sum, bucket), sum));
    }
    return {
      bucketStartMs: bucket.index * this.#options.bucketSpanMs,
      late,
      score: jobs.reduce((most, job) => Math.max(most, job.score), 0),
      jobs,
    };
  }

  #closeAll(host: AnomalyHost): void {
    for (const bucket of takeBuckets(host, [...host.buckets])) this.#close(host, bucket);
  }

  #close(host: AnomalyHost, bucket: OpenBucket): void {
    const judgements = this.#model.close(host, bucket);
    this.memory.closedSerials.push(bucket.serial);
    const records: AnomalyRecord[] = [];
    const found = new SightingIndex(host.entity, bucket.sightings);
    for (const judgement of judgements) {
      if (judgement.score < this.#options.minRecordScore) continue;
      const record = buildRecord(host, bucket, found, judgement, this.#options);
      if (record === undefined) continue;
      this.#model.keep(host, judgement, record.id);
      records.push(record);
    }
    const startMs = bucket.index * this.#options.bucketSpanMs;
    const endMs = startMs + this.#options.bucketSpanMs;
    this.#closed.push({ host: host.entity.label, startMs, endMs, records });
    this.counters.records += records.length;
    for (const rescore of this.#model.takeRescores()) this.#rescores.push(rescore);
  }

  /** Keeps to the limits before a start is taken. `current` is the host it belongs to. */
  #makeRoom(current: string): void {
    const memory = this.memory;
    this.counters.evictedPairs += memory.evictPairs();
    if (!memory.isFullOfEntities) return;
    const most = memory.entitiesToEvict;
    let evicted = memory.evictIdle(most);
    // A few idle ones would do for this start, but then every start would have to look for its own.
    for (const host of evicted < most ? memory.otherHosts(current) : []) {
      this.#closeAll(host);
      evicted += memory.removeHost(host);
      if (evicted >= most) break;
    }
    if (evicted < most) evicted += memory.evictPending(most - evicted);
    this.counters.evictedEntities += evicted;
  }
}

function toInterim(
  kind: JobFunction,
  entity: Entity,
  { probability, score, typical, firstSeen }: Judgement,
  actual: number,
): InterimScore {
  return {
    job: kind === 'rare' ? rareJobId(entity.kind) : highSumJobId(entity.kind),
    function: kind,
    entityKind: entity.kind,
    entity: entity.label,
    probability,
    score,
    actual,
    typical,
    firstSeen,
  };
}
