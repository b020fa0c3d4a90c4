import { type AnomalyHost, type Entity, OpenBucket } from './anomaly-host.ts';
import type { AnomalyModel, Judgement } from './anomaly-model.ts';
import { Counters } from './counters.ts';
import { DefaultModel } from './default-model.ts';
import { ElasticModel } from './elastic/elastic-model.ts';
import { findBucket, stepClock, takeBuckets } from './host-clock.ts';
import { highSumJobId, type JobFunction, rareJobId } from './jobs.ts';
import { AnomalyMemory } from './memory.ts';
import { type AnomalyOptions, defaultAnomalyOptions } from './options.ts';
import { noPriors, type Priors } from './priors.ts';
import { pruneHost } from './pruning.ts';
import type { AnomalyRecord, ClosedBucket, InterimAnomaly, InterimScore, Rescore } from './record.ts';
import { buildRecord } from './record-builder.ts';
import type { AnomalyCounters, AnomalyPort, AnomalyState } from './saved-state.ts';
import type { ScoredStart } from './scored-start.ts';
import { collectChanges, restoreState } from './state-transfer.ts';
import { createSubjectReader, type Subject, type SubjectReader } from './subject.ts';

export interface AnomalyEngineParts {
  readonly options?: Partial<AnomalyOptions>;
  readonly priors?: Priors;
  /** What an earlier engine saved, under the same options. */
  readonly state?: AnomalyState | undefined;
}

/** The entities that a start belongs to. */
interface Entities {
  readonly host: AnomalyHost;
  readonly user: Entity | undefined;
  readonly parent: Entity | undefined;
}

/**
 * The six anomaly jobs. Takes process starts in order of arrival; judges each flagged one at once and every
 * bucket when it closes. Its outcome depends on the starts and their order alone.
 */
export class AnomalyEngine {
  readonly #options: AnomalyOptions;
  readonly #memory: AnomalyMemory;
  readonly #model: AnomalyModel;
  readonly #readSubject: SubjectReader;
  readonly #excluded: ReadonlySet<string>;
  readonly #counters: Counters;
  #closed: ClosedBucket[] = [];
  #unsavedRecords: AnomalyRecord[] = [];
  #unsavedRescores: Rescore[] = [];

  constructor(parts: AnomalyEngineParts = {}) {
    const options = { ...defaultAnomalyOptions, ...parts.options };
    this.#options = options;
    this.#memory = new AnomalyMemory(options);
    this.#model =
      options.mode === 'elastic'
        ? new ElasticModel(this.#memory)
        : new DefaultModel(this.#memory, options.priors ? (parts.priors ?? noPriors) : noPriors);
    this.#readSubject = createSubjectReader(options);
    this.#excluded = new Set(options.excludedProcessNames.map((name) => name.toLowerCase()));
    this.#counters = new Counters(parts.state?.totals.counters);
    if (parts.state !== undefined) restoreState(this.#memory, parts.state);
  }

  /** Takes the next start. Returns how unusual it is if it is flagged; the buckets it closes are taken with {@link takeClosed}. */
  observe(start: ScoredStart): InterimAnomaly | undefined {
    const { event, prediction } = start;
    this.#counters.observed++;
    const subject = this.#readSubject(event);
    this.#makeRoom(subject.host);
    const host = this.#memory.host(subject.host, event.host.name ?? event.host.id ?? '');
    const bucket = this.#enter(host, event.timeMs);
    const flagged = this.#isFlagged(start);
    if (flagged) this.#counters.flagged++;
    if (bucket === undefined) this.#counters.late++;
    const learns = bucket !== undefined && (flagged || this.#model.learnsEveryStart);
    if (!learns && !flagged) return undefined;
    const entities = this.#findEntities(host, subject, start);
    if (learns) this.#touch(entities, subject, bucket);
    if (!flagged) return undefined;
    const maliciousProbability = prediction.maliciousProbability;
    if (bucket === undefined) {
      this.#counters.lateFlagged++;
      // Stands for the closed bucket, to judge the start by itself.
      const closed = new OpenBucket(0, Math.floor(event.timeMs / this.#options.bucketSpanMs), host.age, 0);
      return this.#judge(entities, subject, maliciousProbability, closed, true);
    }
    if (bucket.sightings.length < this.#options.maxSightings) {
      bucket.add(
        { start, process: subject.process, user: entities.user, parent: entities.parent },
        host.entity,
      );
    } else {
      this.#counters.saturated++;
    }
    return this.#judge(entities, subject, maliciousProbability, bucket, false);
  }

  /** The buckets that closed since the last call, in the order in which they closed. */
  takeClosed(): ClosedBucket[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** Closes every open bucket: a finite recording has ended. */
  flush(): ClosedBucket[] {
    for (const host of this.#memory.hosts.values()) this.#closeAll(host);
    return this.takeClosed();
  }

  /**
   * Closes the buckets that are over, with their grace, at a time of day: for a live source that falls
   * silent. Starts that come later than the grace are late then, where a replay would have taken them.
   */
  closeUntil(timeMs: number): ClosedBucket[] {
    for (const host of this.#memory.hosts.values()) {
      if (timeMs <= host.watermarkMs) continue;
      for (const bucket of stepClock(host, timeMs, this.#options).closing) this.#close(host, bucket);
    }
    return this.takeClosed();
  }

  /** Saves what changed since the last save. If the port throws, everything is still to be saved. */
  save(port: AnomalyPort): void {
    const changes = collectChanges(this.#memory, this.#counters.snapshot());
    port.save(this.#options.mode, {
      ...changes.rows,
      records: this.#unsavedRecords,
      rescores: this.#unsavedRescores,
    });
    changes.forget();
    this.#unsavedRecords = [];
    this.#unsavedRescores = [];
  }

  get counters(): AnomalyCounters {
    return this.#counters.snapshot();
  }

  /** Hosts, users and parents in memory, and their (entity, process) pairs. */
  get size(): { readonly entities: number; readonly pairs: number } {
    return { entities: this.#memory.entityCount, pairs: this.#memory.pairCount };
  }

  #isFlagged({ event, prediction }: ScoredStart): boolean {
    if (prediction.prediction !== 1 || prediction.maliciousProbability < this.#options.minProbability)
      return false;
    const name = event.process.name;
    return name === undefined || !this.#excluded.has(name.toLowerCase());
  }

  /** Moves the host's clock and finds the bucket of `timeMs`; `undefined` when it is closed already. */
  #enter(host: AnomalyHost, timeMs: number): OpenBucket | undefined {
    const step = stepClock(host, timeMs, this.#options);
    if (step.setBack) this.#counters.clockSetBacks++;
    for (const bucket of step.closing) this.#close(host, bucket);
    const ageBefore = host.age;
    const found = findBucket(host, timeMs, this.#options, () => this.#memory.nextSerial++);
    if (found?.opened === true) {
      host.entity.seen = found.bucket.serial;
      this.#memory.markEntity(host.entity);
      const pruned = pruneHost(this.#memory, host, ageBefore, this.#options);
      this.#counters.prunedEntities += pruned.entities;
      this.#counters.prunedPairs += pruned.pairs;
    }
    return found?.bucket;
  }

  #findEntities(host: AnomalyHost, { user, parent }: Subject, { event }: ScoredStart): Entities {
    return {
      host,
      user:
        user === undefined
          ? undefined
          : this.#memory.user(host, user, event.user.name ?? event.user.id ?? user),
      parent:
        parent === undefined
          ? undefined
          : this.#memory.parent(host, parent, event.process.parent.name ?? parent),
    };
  }

  #touch({ host, user, parent }: Entities, { process }: Subject, bucket: OpenBucket): void {
    const memory = this.#memory;
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
    this.#memory.closedSerials.push(bucket.serial);
    const records: AnomalyRecord[] = [];
    for (const judgement of judgements) {
      if (judgement.score < this.#options.minRecordScore) continue;
      const record = buildRecord(host, bucket, judgement, this.#options);
      if (record === undefined) continue;
      this.#model.keep(host, judgement, record.id);
      records.push(record);
    }
    const startMs = bucket.index * this.#options.bucketSpanMs;
    const endMs = startMs + this.#options.bucketSpanMs;
    this.#closed.push({ host: host.entity.label, startMs, endMs, records });
    this.#unsavedRecords.push(...records);
    this.#counters.records += records.length;
    this.#unsavedRescores.push(...this.#model.takeRescores());
  }

  /** Keeps to the limits before a start is taken. `current` is the host it belongs to. */
  #makeRoom(current: string): void {
    const memory = this.#memory;
    this.#counters.evictedPairs += memory.evictPairs();
    if (!memory.isFullOfEntities) return;
    let evicted = memory.evictEntities();
    while (memory.isFullOfEntities) {
      const host = memory.leastRecentHost(current);
      if (host === undefined) break;
      this.#closeAll(host);
      evicted += memory.removeHost(host);
    }
    this.#counters.evictedEntities += evicted;
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
