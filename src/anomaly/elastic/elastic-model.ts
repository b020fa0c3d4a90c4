import type { AnomalyHost, Entity, EntityTally, OpenBucket } from '../anomaly-host.ts';
import type { AnomalyModel, BucketJudgement, Judgement } from '../anomaly-model.ts';
import { type AnomalyJob, type AnomalyJobId, anomalyJobs, highSumJobId, rareJobId } from '../jobs.ts';
import type { AnomalyMemory } from '../memory.ts';
import type { Rescore } from '../record.ts';
import { rawScore } from '../score.ts';
import { createElasticHistory, type ElasticHistory } from './elastic-history.ts';
import { Normaliser, raiseMaximum } from './normaliser.ts';
import { concentrationWeight, rareProbability } from './rare-probability.ts';
import { learnElasticSum, sumProbability } from './sum-probability.ts';

type Unscored = Omit<BucketJudgement, 'score'>;

/** Elastic's jobs as far as they are documented: learns from flagged starts alone, scores against its history. */
export class ElasticModel implements AnomalyModel {
  readonly learnsEveryStart = false;
  readonly #memory: AnomalyMemory;
  #rescores: Rescore[] = [];

  constructor(memory: AnomalyMemory) {
    this.#memory = memory;
  }

  judgeRare(entity: Entity, process: string): Judgement {
    const history = entity.elastic;
    const weight = concentrationWeight(history?.nonEmpty ?? 0);
    const { probability, share } = rareProbability(entity, process, weight, 1);
    return this.#interim(rareJobId(entity.kind), entity, history?.rareMaximum.raw ?? 0, {
      probability,
      typical: share,
      firstSeen: (entity.pairs.get(process)?.count ?? 0) === 0,
      multiBucketImpact: 0,
    });
  }

  judgeSum(entity: Entity, sum: number, bucket: OpenBucket): Judgement {
    const history = learnElasticSum(entity.elastic ?? createElasticHistory(), bucket.age, sum);
    return this.#interim(highSumJobId(entity.kind), entity, history.sumMaximum.raw, {
      ...sumProbability(history),
      firstSeen: entity.elastic === undefined,
    });
  }

  close(host: AnomalyHost, bucket: OpenBucket): BucketJudgement[] {
    const unscored: Unscored[] = [];
    const firstSeen = new Set(bucket.touchedPairs.filter(({ count }) => count === 0));
    this.#learnProcesses(bucket);
    for (const tally of bucket.tallies.values()) this.#judgeTally(tally, bucket, firstSeen, unscored);
    this.#settle(host, bucket);
    for (const job of anomalyJobs) this.#normalise(host, bucket, job, unscored);
    return unscored.map((judgement) => ({ ...judgement, score: this.#scoreClosed(host, judgement) }));
  }

  keep(
    host: AnomalyHost,
    { function: kind, tally: { entity }, probability, score }: BucketJudgement,
    id: string,
  ): void {
    this.#normaliser(host, jobIdOf(kind, entity)).keep(id, entity.id, probability, score, host.closedAge);
  }

  takeRescores(): Rescore[] {
    const rescores = this.#rescores;
    this.#rescores = [];
    return rescores;
  }

  /** Each process of the bucket adds one, once, to each of its entities. */
  #learnProcesses(bucket: OpenBucket): void {
    for (const pair of bucket.touchedPairs) {
      if (pair.removed) continue;
      pair.pending &= ~bucket.slot;
      pair.count += concentrationWeight(pair.entity.elastic?.nonEmpty ?? 0);
      pair.entity.rarities = undefined;
      if (bucket.age > pair.age) pair.age = bucket.age;
      this.#memory.markPair(pair);
    }
  }

  #judgeTally(
    tally: EntityTally,
    bucket: OpenBucket,
    firstSeen: ReadonlySet<unknown>,
    unscored: Unscored[],
  ): void {
    const { entity } = tally;
    const weight = concentrationWeight(entity.elastic?.nonEmpty ?? 0);
    for (const process of tally.processes.keys()) {
      const pair = entity.pairs.get(process);
      const { probability, share } = rareProbability(entity, process, weight, pair === undefined ? 1 : 0);
      unscored.push({
        function: 'rare',
        tally,
        process,
        probability,
        typical: share,
        firstSeen: pair === undefined || firstSeen.has(pair),
        multiBucketImpact: 0,
      });
    }
    const isNew = entity.elastic === undefined;
    entity.rarities = undefined;
    entity.elastic = learnElasticSum(entity.elastic ?? createElasticHistory(), bucket.age, tally.sum);
    unscored.push({
      function: 'high_sum',
      tally,
      process: undefined,
      ...sumProbability(entity.elastic),
      firstSeen: isNew,
    });
  }

  #settle(host: AnomalyHost, bucket: OpenBucket): void {
    for (const entity of bucket.touchedEntities) {
      if (entity.removed) continue;
      entity.pending &= ~bucket.slot;
      if (bucket.age > entity.age) entity.age = bucket.age;
      this.#memory.markEntity(entity);
    }
    if (bucket.age > host.closedAge) host.closedAge = bucket.age;
    host.dirty = true;
  }

  /** Enters the bucket into a job's history, and raises the maxima of its entities. */
  #normalise(host: AnomalyHost, bucket: OpenBucket, job: AnomalyJob, unscored: readonly Unscored[]): void {
    const normaliser = this.#normaliser(host, job.id);
    let most = 0;
    for (const judgement of unscored) {
      const { entity } = judgement.tally;
      if (judgement.function !== job.function || entity.kind !== job.entity) continue;
      const raw = rawScore(judgement.probability);
      if (raw > most) most = raw;
      const maximum = maximumOf(entity.elastic!, judgement.function);
      if (raiseMaximum(maximum, raw, bucket.age)) {
        this.#rescores.push(...normaliser.renormalise(entity.id, maximum.raw, bucket.age));
      }
    }
    normaliser.addBucket(bucket.age, most);
  }

  #scoreClosed(host: AnomalyHost, { function: kind, tally: { entity }, probability }: Unscored): number {
    const maximum = maximumOf(entity.elastic!, kind).raw;
    return this.#normaliser(host, jobIdOf(kind, entity)).score(probability, maximum);
  }

  #interim(
    job: AnomalyJobId,
    entity: Entity,
    maximum: number,
    judgement: Omit<Judgement, 'score'>,
  ): Judgement {
    const most = Math.max(maximum, rawScore(judgement.probability));
    const score = entity.host.normalisers?.get(job)?.score(judgement.probability, most) ?? 0;
    return { ...judgement, score };
  }

  #normaliser(host: AnomalyHost, job: AnomalyJobId): Normaliser {
    host.normalisers ??= new Map();
    let normaliser = host.normalisers.get(job);
    if (normaliser === undefined) {
      normaliser = new Normaliser();
      host.normalisers.set(job, normaliser);
    }
    return normaliser;
  }
}

function jobIdOf(kind: 'rare' | 'high_sum', entity: Entity): AnomalyJobId {
  return kind === 'rare' ? rareJobId(entity.kind) : highSumJobId(entity.kind);
}

function maximumOf(history: ElasticHistory, kind: 'rare' | 'high_sum') {
  return kind === 'rare' ? history.rareMaximum : history.sumMaximum;
}
