import type { Entity, EvidenceView } from './anomaly-host.ts';
import { weightAt } from './decay.ts';

/** How often each process name is started, and how much of all starts is at least as rare as a given share. */
export interface Distribution {
  /** Expected share of the sightings that `name` has, 0..1; 0 for a name without any evidence. */
  predict(name: string): number;
  /** Share of the sightings held by names that are expected no more often than `share`. */
  tailAt(share: number): number;
}

/**
 * A Pitman-Yor process over the names an entity has started: each seen name gives up `discount` of its
 * count to names not yet seen, so that an entity that keeps starting new things is expected to go on.
 */
const discount = 0.5;

/** Rounding must not split equal shares. */
const slack = 1 + 1e-9;

const rememberedLimits = 1_024;

/** Evidence of an entity, completed by what is expected of names it has not started yet. */
export class EvidenceDistribution implements Distribution {
  readonly #entity: Entity;
  readonly #view: EvidenceView;
  readonly #base: Distribution;
  /** Pseudo-count that the names not yet seen share. */
  readonly #novelty: number;
  readonly #total: number;

  constructor(entity: Entity, base: Distribution, baseWeight: number) {
    this.#entity = entity;
    this.#base = base;
    const closedAge = entity.host.closedAge;
    if (entity.view?.closedAge !== closedAge) entity.view = createView(entity, closedAge);
    this.#view = entity.view;
    this.#novelty = baseWeight + discount * this.#view.counts.length;
    this.#total = this.#view.sum + this.#novelty;
  }

  predict(name: string): number {
    const pair = this.#entity.pairs.get(name);
    const seen = pair === undefined ? 0 : discounted(pair.count / weightAt(this.#view.closedAge));
    return (seen + this.#novelty * this.#base.predict(name)) / this.#total;
  }

  tailAt(share: number): number {
    const level = share * this.#total;
    const seen = sumSeen(this.#view, level * slack);
    const unseen = this.#novelty * this.#base.tailAt(level / this.#novelty);
    return Math.min(1, (seen + unseen) / this.#total);
  }
}

/** A mean of two distributions. */
export class MixedDistribution implements Distribution {
  readonly #first: Distribution;
  readonly #second: Distribution;
  readonly #firstShare: number;

  constructor(first: Distribution, second: Distribution, firstShare: number) {
    this.#first = first;
    this.#second = second;
    this.#firstShare = firstShare;
  }

  predict(name: string): number {
    return this.#mix(this.#first.predict(name), this.#second.predict(name));
  }

  tailAt(share: number): number {
    return this.#mix(this.#first.tailAt(share), this.#second.tailAt(share));
  }

  #mix(first: number, second: number): number {
    return this.#firstShare * first + (1 - this.#firstShare) * second;
  }
}

/** Sum of the values of `sorted` that are at most `level`, from their running sums. */
export function sumUpTo(sorted: Float64Array, sums: Float64Array, level: number): number {
  const limit = level * slack;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : sums[low - 1]!;
}

/** Running sums of sorted values. */
export function runningSums(sorted: Float64Array): Float64Array {
  const sums = new Float64Array(sorted.length);
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    sums[i] = sum;
  }
  return sums;
}

/** Names that were never seen share one limit, so that a flood of them takes one walk over the counts. */
function sumSeen({ counts, sumsUpTo }: EvidenceView, limit: number): number {
  const known = sumsUpTo.get(limit);
  if (known !== undefined) return known;
  let seen = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! <= limit) seen += counts[i]!;
  if (sumsUpTo.size >= rememberedLimits) sumsUpTo.clear();
  sumsUpTo.set(limit, seen);
  return seen;
}

function createView(entity: Entity, closedAge: number): EvidenceView {
  const weight = weightAt(closedAge);
  const counts = new Float64Array(entity.pairs.size);
  let names = 0;
  let sum = 0;
  for (const pair of entity.pairs.values()) {
    if (pair.count <= 0) continue;
    const count = discounted(pair.count / weight);
    counts[names++] = count;
    sum += count;
  }
  return { closedAge, counts: counts.subarray(0, names), sum, sumsUpTo: new Map() };
}

function discounted(count: number): number {
  return count - discount * Math.min(1, count);
}
