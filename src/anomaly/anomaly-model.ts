import type { AnomalyHost, Entity, EntityTally, OpenBucket } from './anomaly-host.ts';
import type { JobFunction } from './jobs.ts';
import type { Rescore } from './record.ts';

/** How unusual something is. */
export interface Judgement {
  readonly probability: number;
  /** 0..100. */
  readonly score: number;
  readonly typical: number;
  readonly firstSeen: boolean;
  readonly multiBucketImpact: number;
}

/** A judgement on a closed bucket. */
export interface BucketJudgement extends Judgement {
  readonly function: JobFunction;
  readonly tally: EntityTally;
  /** Only of rare. */
  readonly process: string | undefined;
}

/** The mathematics of one mode. */
export interface AnomalyModel {
  /** Whether starts that are not flagged are evidence too. */
  readonly learnsEveryStart: boolean;
  judgeRare(entity: Entity, process: string, maliciousProbability: number, bucket: OpenBucket): Judgement;
  judgeSum(entity: Entity, sum: number, bucket: OpenBucket): Judgement;
  /** Judges a bucket and makes it evidence. */
  close(host: AnomalyHost, bucket: OpenBucket): BucketJudgement[];
  /** Told the id under which a judgement of the last closed bucket is kept. */
  keep(host: AnomalyHost, judgement: BucketJudgement, recordId: string): void;
  /** Kept records whose score changed since the last call. */
  takeRescores(): Rescore[];
}
