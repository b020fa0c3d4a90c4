import type { AnomalyJobId } from '../jobs.ts';
import { betaQuantile } from '../numeric/beta.ts';
import type { Rescore } from '../record.ts';
import { absoluteScore, percentileScore, rawScore } from '../score.ts';
import type { Maximum } from './elastic-history.ts';
import { QuantileDigest } from './quantile-digest.ts';

export type ElasticNormalisers = Map<AnomalyJobId, Normaliser>;

/** Raw scores enter the digest in thousandths. */
const digestScale = 1_000;
/** Two-sided confidence of a percentile: 70%. */
const lowConfidence = 0.15;
/** A maximum is forgotten after this much age without a score; a unit is taken as a day. */
const forgetMaximumBuckets = 50 * 96;
/** A maximum larger by more than this changes the scores of earlier records. */
const renormaliseFactor = 1.1;
const keptRecords = 200;
const keptBuckets = 30 * 96;
const rememberedCeilings = 1_024;

interface KeptRecord {
  readonly id: string;
  readonly entityId: number;
  readonly probability: number;
  readonly age: number;
  score: number;
}

export interface SavedNormaliser {
  readonly lastAge: number;
  readonly digest: readonly (readonly [number, number])[];
  readonly kept: readonly KeptRecord[];
}

/** Turns probabilities of one job on one host into scores, by what that job has scored there before. */
export class Normaliser {
  readonly #digest: QuantileDigest;
  #kept: KeptRecord[];
  #lastAge: number;
  /** What the digest says of raw scores, as far as it was asked. */
  readonly #ceilings = new Map<number, number>();

  constructor(saved?: SavedNormaliser) {
    this.#digest = QuantileDigest.from(saved?.digest ?? []);
    this.#kept = saved === undefined ? [] : saved.kept.map((record) => ({ ...record }));
    this.#lastAge = saved?.lastAge ?? 0;
  }

  toJSON(): SavedNormaliser {
    return { lastAge: this.#lastAge, digest: this.#digest.toJSON(), kept: this.#kept };
  }

  /** Takes the largest raw score of a bucket; buckets passed over since the last one scored nothing. */
  addBucket(age: number, raw: number): void {
    this.#ceilings.clear();
    const silent = age - this.#lastAge - 1;
    if (silent > 0) this.#digest.add(0, silent);
    this.#digest.add(raw * digestScale);
    this.#lastAge = Math.max(this.#lastAge, age);
  }

  /** 0..100: the least of the four ceilings. */
  score(probability: number, maximum: number): number {
    const raw = rawScore(probability);
    if (raw === 0) return 0;
    const ratio = maximum === 0 ? 1 : Math.min(1, raw / maximum);
    return Math.max(
      0,
      Math.min(
        this.#ceilingOf(raw),
        100 * Math.min(1.5 * ratio, 0.5 + 0.5 * ratio),
        absoluteScore(probability),
        100,
      ),
    );
  }

  keep(id: string, entityId: number, probability: number, score: number, age: number): void {
    this.#kept.push({ id, entityId, probability, age, score });
    if (this.#kept.length > keptRecords) this.#kept = this.#kept.slice(-keptRecords);
  }

  /** Scores an entity's kept records anew. */
  renormalise(entityId: number, maximum: number, age: number): Rescore[] {
    const rescores: Rescore[] = [];
    for (const record of this.#kept) {
      if (record.entityId !== entityId || age - record.age > keptBuckets) continue;
      const score = this.score(record.probability, maximum);
      if (score === record.score) continue;
      record.score = score;
      rescores.push({ id: record.id, score });
    }
    return rescores;
  }

  /** Costs a walk over the digest; a bucket of thousands of names has few different scores. */
  #ceilingOf(raw: number): number {
    const known = this.#ceilings.get(raw);
    if (known !== undefined) return known;
    const ceiling = Math.min(this.#noiseCeiling(raw), this.#percentileCeiling(raw));
    if (this.#ceilings.size >= rememberedCeilings) this.#ceilings.clear();
    this.#ceilings.set(raw, ceiling);
    return ceiling;
  }

  #noiseCeiling(raw: number): number {
    const median = this.#digest.valueAt(0.5) / digestScale;
    return median === 0 ? 100 : 1 + 10 * (raw - median);
  }

  #percentileCeiling(raw: number): number {
    const total = this.#digest.total;
    const below = this.#digest.shareUpTo(Math.round(raw * digestScale)) * total;
    const low = betaQuantile(lowConfidence, below + 1, total - below + 1);
    const high = betaQuantile(1 - lowConfidence, below + 1, total - below + 1);
    // Scores are calibrated for half-hour buckets, which are the worse of two of ours.
    return percentileScore(100 * ((low + high) / 2) ** 2);
  }
}

/** Raises, ages or forgets a maximum. Returns whether earlier records are to be scored anew. */
export function raiseMaximum(maximum: Maximum, raw: number, age: number): boolean {
  if (raw === 0) return false;
  if (age - maximum.age > forgetMaximumBuckets) maximum.raw = 0;
  maximum.age = age;
  if (raw <= maximum.raw) return false;
  const isMuchLarger = maximum.raw > 0 && raw > renormaliseFactor * maximum.raw;
  maximum.raw = raw;
  return isMuchLarger;
}
