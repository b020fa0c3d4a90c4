/** Elastic's constants, section by section of docs/anomaly.md. */
const largestSignificant = 0.05;
const small = 1e-4;
const minuscule = 1e-50;
/** Above this probability nothing is anomalous. */
const maxAnomalous = 0.035;

const logSmall = Math.log(small);
const logMinuscule = Math.log(minuscule);
const logLeast = Math.log(Number.MIN_VALUE);

/** The raw score of a probability, 0..100: linear in 1/p down to 1e-4, in ln p below. */
export function rawScore(probability: number): number {
  if (probability > maxAnomalous || probability >= largestSignificant) return 0;
  if (probability >= small) {
    return (1 / probability - 1 / largestSignificant) / (1 / small - 1 / largestSignificant);
  }
  const log = Math.log(Math.max(probability, Number.MIN_VALUE));
  if (log >= logMinuscule) return 1 + (49 * (logSmall - log)) / (logSmall - logMinuscule);
  return 50 + (50 * (logMinuscule - log)) / (logMinuscule - logLeast);
}

/** The ceiling that a probability alone sets, 0..100: 29.6 at 1e-2, 64.8 at 1e-3, 75 at 5.1e-4, 100 at 1e-4. */
export function absoluteScore(probability: number): number {
  if (probability >= largestSignificant) return 0;
  const share = Math.log(largestSignificant / Math.max(probability, small)) / Math.log(500);
  return Math.min(100, 100 * (0.95 * share + 0.05));
}

/** [percentile of a 30-minute bucket, score]: Elastic's knots. */
const percentileKnots: readonly (readonly [number, number])[] = [
  [0, 0],
  [70, 1],
  [85, 1.2],
  [90, 1.5],
  [95, 3],
  [97, 20],
  [99, 50],
  [99.9, 90],
  [100, 100],
];

/** The ceiling that a percentile among earlier scores sets, 0..100. */
export function percentileScore(percentile: number): number {
  for (let i = 1; i < percentileKnots.length; i++) {
    const [highAt, high] = percentileKnots[i]!;
    if (percentile > highAt) continue;
    const [lowAt, low] = percentileKnots[i - 1]!;
    return low + ((high - low) * (Math.max(percentile, lowAt) - lowAt)) / (highAt - lowAt);
  }
  return 100;
}

/** Elastic's bands. */
export type ScoreBand = 'warning' | 'minor' | 'major' | 'critical';

export function scoreBand(score: number): ScoreBand {
  if (score < 25) return 'warning';
  if (score < 50) return 'minor';
  return score < 75 ? 'major' : 'critical';
}
