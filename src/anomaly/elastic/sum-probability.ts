import { impactOf } from '../cluster.ts';
import { decayPerBucket } from '../decay.ts';
import { studentTail } from '../numeric/beta.ts';
import type { ElasticHistory } from './elastic-history.ts';

/** Buckets that are looked at together. */
const windowBuckets = 12;
/** Buckets with data before anything is judged; two hours have as many buckets. */
const learningBuckets = 8;
/** An entity this seldom non-empty is modelled by its non-empty buckets alone; from the second on, by all. */
const sparse = 0.2;
const dense = 0.25;
/** Least standard deviation of log(1 + sum), in parts of its mean and absolute. */
const leastVariation = 0.05;
const leastDeviation = 0.01;

export interface SumProbability {
  readonly probability: number;
  readonly typical: number;
  readonly multiBucketImpact: number;
}

/** A copy of `history` that has learnt a bucket. `recent` sums are by age here. */
export function learnElasticSum(history: ElasticHistory, age: number, sum: number): ElasticHistory {
  const isFirst = history.nonEmpty === 0;
  const next = { ...history, nonEmpty: history.nonEmpty + 1, lastAge: age };
  if (isFirst) next.firstAge = age;
  const weight = Math.exp(decayPerBucket * (age - next.firstAge));
  const empty = isFirst ? 0 : Math.max(0, age - history.lastAge - 1) * emptyWeight(next);
  learnMoment(next, 0, empty * weight);
  learnMoment(next, Math.log1p(sum), weight);
  next.recent = [...history.recent.filter(({ index }) => isRecent(index, age)), { index: age, sum }];
  return next;
}

/** One-sided probability of the history's last bucket, or of its last twelve together if that is less. */
export function sumProbability(history: ElasticHistory): SumProbability {
  const age = history.lastAge;
  const count = history.weight / Math.exp(decayPerBucket * (age - history.firstAge));
  const typical = Math.expm1(history.mean);
  if (history.nonEmpty < learningBuckets || count <= 2)
    return { probability: 1, typical, multiBucketImpact: 0 };
  const variance = Math.max(
    ((history.squares / history.weight) * count) / (count - 1),
    (leastVariation * history.mean) ** 2,
    leastDeviation ** 2,
  );
  const values = history.recent.map(({ sum }) => Math.log1p(sum));
  const last = values.at(-1) ?? 0;
  const single = tail(last, history.mean, variance * (1 + 1 / count), count);
  const span = Math.min(windowBuckets, age - history.firstAge + 1);
  const size = values.length + (span - values.length) * emptyWeight(history);
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const several = size < 2 ? 1 : tail(mean, history.mean, variance * (1 / size + 1 / count), count);
  return { probability: Math.min(single, several), typical, multiBucketImpact: impactOf(single, several) };
}

function tail(value: number, mean: number, variance: number, count: number): number {
  return studentTail((value - mean) / Math.sqrt(variance), count - 1);
}

function learnMoment(history: ElasticHistory, value: number, weight: number): void {
  if (weight <= 0) return;
  history.weight += weight;
  const before = value - history.mean;
  history.mean += (before * weight) / history.weight;
  history.squares += weight * before * (value - history.mean);
}

function emptyWeight(history: ElasticHistory): number {
  const share = history.nonEmpty / (history.lastAge - history.firstAge + 1);
  return Math.min(1, Math.max(0, (share - sparse) / (dense - sparse)));
}

function isRecent(earlier: number, age: number): boolean {
  return earlier < age && age - earlier < windowBuckets;
}
