import { erlangTail } from './numeric/gamma.ts';

/** What an entity's earlier buckets tell of its clusters. Weights as of its host's age. */
export interface ClusterHistory {
  /** Weight of the closed buckets with flagged starts. */
  nonEmpty: number;
  /** Weighted sum of what their sums had above 1, each bounded: see {@link learnSum}. */
  excess: number;
  /** Earlier buckets with flagged starts, newest last, within the window. */
  recent: RecentSum[];
}

export interface RecentSum {
  readonly index: number;
  readonly sum: number;
}

export interface ClusterJudgement {
  readonly probability: number;
  readonly typical: number;
  /** -5 (this bucket alone) .. +5 (the buckets before it). */
  readonly multiBucketImpact: number;
}

/** Buckets that are looked at together: three hours, as Elastic does. */
const windowBuckets = 12;

/** Before any evidence: one bucket in 50 has flagged starts, and their sum above 1 is 1 on average. */
const priorRate = 0.02;
const priorRateBuckets = 25;
const priorExcess = 1;
const priorExcessBuckets = 4;
const leastExcess = 0.5;

/** Shape of the number of bursts in a window: bursts come in spells, so it varies far more than Poisson. */
const spellShape = 0.5;

/** A bucket teaches no larger sum than one that comes with this probability. */
const taughtProbability = 0.005;

export function createClusterHistory(): ClusterHistory {
  return { nonEmpty: 0, excess: 0, recent: [] };
}

/**
 * How unusual a sum of malicious probabilities is. Flagged starts come in bursts: a bucket has one with
 * probability `rate`, and what its sum has above 1 is exponential. Both are learnt from the entity's own
 * buckets, beginning from the priors. Over the window the number of bursts is negative binomial, and an
 * earlier bucket counts for no more than an ordinary burst: what was large by itself has been reported then.
 */
export function judgeSum(
  history: ClusterHistory | undefined,
  activeBuckets: number,
  weight: number,
  index: number,
  sum: number,
): ClusterJudgement {
  const { rate, excess } = estimate(history, activeBuckets, weight);
  const single = singleProbability(rate, excess, sum);
  let windowSum = sum;
  let bursts = 1;
  for (const earlier of history?.recent ?? []) {
    if (!isWithinWindow(earlier.index, index)) continue;
    windowSum += Math.min(earlier.sum, 1 + excess);
    bursts++;
  }
  const several = bursts === 1 ? 1 : windowProbability(rate, excess, bursts, windowSum);
  return {
    probability: Math.min(single, several),
    typical: rate * (1 + excess),
    multiBucketImpact: impactOf(single, several),
  };
}

/** Adds a closed bucket with flagged starts to the history. */
export function learnSum(
  history: ClusterHistory,
  activeBuckets: number,
  closedWeight: number,
  taughtWeight: number,
  index: number,
  sum: number,
): void {
  const { rate, excess } = estimate(history, activeBuckets, closedWeight);
  // Otherwise the first burst of an attack would teach that bursts are ordinary and hide the second.
  const most = excess * Math.max(1, Math.log(rate / taughtProbability));
  history.nonEmpty += taughtWeight;
  history.excess += taughtWeight * Math.min(Math.max(0, sum - 1), most);
  history.recent = [
    ...history.recent.filter((earlier) => isWithinWindow(earlier.index, index)),
    { index, sum },
  ];
}

function estimate(
  history: ClusterHistory | undefined,
  activeBuckets: number,
  weight: number,
): { rate: number; excess: number } {
  const nonEmpty = (history?.nonEmpty ?? 0) / weight;
  const total = (history?.excess ?? 0) / weight;
  return {
    rate: Math.min(
      1,
      (priorRate * priorRateBuckets + nonEmpty) / (priorRateBuckets + activeBuckets / weight),
    ),
    excess: Math.max(
      leastExcess,
      (priorExcess * priorExcessBuckets + total) / (priorExcessBuckets + nonEmpty),
    ),
  };
}

function singleProbability(rate: number, excess: number, sum: number): number {
  return rate * Math.exp(-Math.max(0, sum - 1) / excess);
}

/** Probability of a window with at least so many bursts that sum up to at least `sum`. */
function windowProbability(rate: number, excess: number, observed: number, sum: number): number {
  const mean = rate * windowBuckets;
  const more = mean / (mean + spellShape);
  let share = (1 - more) ** spellShape;
  let probability = 0;
  for (let bursts = 1; bursts <= windowBuckets; bursts++) {
    share *= (more * (spellShape + bursts - 1)) / bursts;
    if (bursts < observed) continue;
    probability += share * erlangTail(bursts, Math.max(0, sum - bursts) / excess);
  }
  return Math.min(1, probability);
}

function isWithinWindow(earlier: number, index: number): boolean {
  return earlier < index && index - earlier < windowBuckets;
}

/** Which of the two views is the less probable, as Elastic reports it. */
export function impactOf(single: number, several: number): number {
  const one = -Math.log(Math.max(single, 1e-300));
  const many = -Math.log(Math.max(several, 1e-300));
  const larger = Math.max(one, many);
  return larger === 0 ? 0 : (5 * (many - one)) / larger;
}
