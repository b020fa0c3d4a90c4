import type { AnomalyJobId, EntityKind, JobFunction } from './jobs.ts';
import type { ScoredStart } from './scored-start.ts';

/** A value that stands behind a record. */
export interface Influencer {
  /** ECS field, or one of Elastic's two runtime fields for the signature. */
  readonly field: string;
  readonly value: string;
  /** Share of the record's malicious probability, 0.4..1. */
  readonly contribution: number;
}

/** What one job says of one entity in one closed bucket. */
export interface AnomalyRecord {
  /** The same for the same recording on every run. */
  readonly id: string;
  readonly job: AnomalyJobId;
  readonly function: JobFunction;
  readonly entityKind: EntityKind;
  /** Value of host.name, user.name or process.parent.name, as first written. */
  readonly entity: string;
  readonly host: string;
  /** `process.name`; only of rare records. */
  readonly process: string | undefined;
  readonly bucketStartMs: number;
  readonly bucketSpanMs: number;
  /** rare: starts of the process in the bucket. high_sum: sum of the malicious probabilities. */
  readonly actual: number;
  /** What an ordinary bucket of the entity has. */
  readonly typical: number;
  readonly probability: number;
  /** 0..100 when the bucket closed. */
  readonly initialScore: number;
  /** 0..100 now; differs from the initial score where `elastic` mode saw a larger maximum afterwards. */
  readonly score: number;
  /** -5 (this bucket alone) .. +5 (the buckets before it). */
  readonly multiBucketImpact: number;
  /** rare: this entity never started the process before. high_sum: the entity was never flagged before. */
  readonly firstSeen: boolean;
  /** Strongest first. */
  readonly influencers: readonly Influencer[];
  /** Flagged starts in the bucket. */
  readonly eventCount: number;
  /** `event.id` of the flagged starts in order of arrival, at most {@link maxRecordEvents}. */
  readonly eventIds: readonly string[];
  /** The flagged start with the highest malicious probability. */
  readonly subject: ScoredStart;
}

export const maxRecordEvents = 200;

/** A bucket of one host that takes no more starts. */
export interface ClosedBucket {
  readonly host: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Often none. */
  readonly records: readonly AnomalyRecord[];
}

/** A stored record whose score changed. */
export interface Rescore {
  readonly id: string;
  readonly score: number;
}

/** What one job says of a flagged start, at once. */
export interface InterimScore {
  readonly job: AnomalyJobId;
  readonly function: JobFunction;
  readonly entityKind: EntityKind;
  readonly entity: string;
  readonly probability: number;
  readonly score: number;
  /** As in {@link AnomalyRecord}, up to and including this start. */
  readonly actual: number;
  readonly typical: number;
  readonly firstSeen: boolean;
}

/** What is known of a flagged start before its bucket closes. */
export interface InterimAnomaly {
  readonly bucketStartMs: number;
  /** The bucket was closed already: the start is judged but moves no model. */
  readonly late: boolean;
  /** Highest score of the jobs. */
  readonly score: number;
  readonly jobs: readonly InterimScore[];
}
