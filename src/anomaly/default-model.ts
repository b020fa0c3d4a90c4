import type { AnomalyHost, Entity, OpenBucket } from './anomaly-host.ts';
import type { AnomalyModel, BucketJudgement, Judgement } from './anomaly-model.ts';
import { createClusterHistory, judgeSum, learnSum } from './cluster.ts';
import { weightAt } from './decay.ts';
import type { AnomalyMemory } from './memory.ts';
import type { Priors } from './priors.ts';
import { doubtOf, judgeRarity } from './rarity.ts';
import type { Rescore } from './record.ts';
import { absoluteScore } from './score.ts';

/**
 * Useful from the first day: evidence from every process start, priors where it is thin, and scores that a
 * probability alone decides, so that they never change afterwards.
 */
export class DefaultModel implements AnomalyModel {
  readonly learnsEveryStart = true;
  readonly #memory: AnomalyMemory;
  readonly #priors: Priors;

  constructor(memory: AnomalyMemory, priors: Priors) {
    this.#memory = memory;
    this.#priors = priors;
  }

  judgeRare(entity: Entity, process: string, maliciousProbability: number): Judgement {
    const { probability, typical, firstSeen } = judgeRarity(
      entity,
      process,
      maliciousProbability,
      this.#priors,
    );
    return { probability, score: absoluteScore(probability), typical, firstSeen, multiBucketImpact: 0 };
  }

  judgeSum(entity: Entity, sum: number, bucket: OpenBucket): Judgement {
    const weight = weightAt(entity.host.closedAge);
    const { probability, typical, multiBucketImpact } = judgeSum(
      entity.cluster,
      entity.buckets,
      weight,
      bucket.index,
      sum,
    );
    const firstSeen = entity.cluster === undefined;
    return { probability, score: absoluteScore(probability), typical, firstSeen, multiBucketImpact };
  }

  close(host: AnomalyHost, bucket: OpenBucket): BucketJudgement[] {
    const judgements: BucketJudgement[] = [];
    for (const tally of bucket.tallies.values()) {
      for (const [process, { maxProbability }] of tally.processes) {
        const judgement = this.judgeRare(tally.entity, process, maxProbability);
        judgements.push({ ...judgement, function: 'rare', tally, process });
      }
      const judgement = this.judgeSum(tally.entity, tally.sum, bucket);
      judgements.push({ ...judgement, function: 'high_sum', tally, process: undefined });
    }
    this.#learn(host, bucket);
    return judgements;
  }

  keep(): void {
    // Scores never change here.
  }

  takeRescores(): Rescore[] {
    return [];
  }

  #learn(host: AnomalyHost, bucket: OpenBucket): void {
    const memory = this.#memory;
    const weight = weightAt(bucket.age);
    const closedWeight = weightAt(host.closedAge);
    for (const { entity, sum, maxProbability, processes } of bucket.tallies.values()) {
      entity.cluster ??= createClusterHistory();
      const taught = weight * doubtOf(maxProbability);
      learnSum(entity.cluster, entity.buckets, closedWeight, taught, bucket.index, sum);
      for (const [process, tally] of processes) {
        const taught = weight * doubtOf(tally.maxProbability);
        entity.flaggedSightings += taught;
        const pair = entity.pairs.get(process);
        if (pair !== undefined) pair.flagged += taught;
      }
    }
    for (const pair of bucket.touchedPairs) {
      if (pair.removed) continue;
      pair.pending &= ~bucket.slot;
      const flagged = bucket.tallies.get(pair.entity.id)?.processes.get(pair.name);
      const taught = flagged === undefined ? weight : weight * doubtOf(flagged.maxProbability);
      pair.count += taught;
      pair.entity.sightings += taught;
      if (bucket.age > pair.age) pair.age = bucket.age;
      memory.markPair(pair);
    }
    for (const entity of bucket.touchedEntities) {
      if (entity.removed) continue;
      if (entity.buckets === 0) {
        if (entity.kind === 'user') host.knownUsers++;
        else if (entity.kind === 'parent') host.knownParents++;
      }
      entity.pending &= ~bucket.slot;
      entity.buckets += weight;
      if (bucket.age > entity.age) entity.age = bucket.age;
      entity.view = undefined;
      memory.markEntity(entity);
    }
    if (bucket.age > host.closedAge) host.closedAge = bucket.age;
    host.dirty = true;
  }
}
