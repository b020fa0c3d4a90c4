import type { Entity } from '../anomaly-host.ts';
import { decayPerBucket } from '../decay.ts';
import { betaQuantile } from '../numeric/beta.ts';
import type { RareProbability } from './elastic-history.ts';

/** A young model decays faster; for how long Elastic's does is not documented, here for a day of its buckets. */
const youngBuckets = 96;
const youngFactor = 4;
/** Widens the range of values that count as no likelier. */
const widening = 1.05;

/** What one sighting adds after this many buckets with data: the model decays only when it has data. */
export function concentrationWeight(nonEmpty: number): number {
  return Math.exp(decayPerBucket * (nonEmpty + (youngFactor - 1) * Math.min(nonEmpty, youngBuckets)));
}

const rememberedAnswers = 1_024;

/**
 * Probability that a flagged bucket of the entity holds a process no likelier than this one: the cumulative
 * share of the processes with no larger concentration, averaged over points of the Beta marginal.
 * `added` is what the bucket adds to the process's concentration: 0 when it is learnt already.
 */
export function rareProbability(
  entity: Entity,
  process: string,
  weight: number,
  added: number,
): RareProbability {
  // Names with the same concentration have the same answer, and an answer takes a walk over all names.
  const key = `${Math.max(0, entity.pairs.get(process)?.count ?? 0)} ${added}`;
  entity.rarities ??= new Map();
  const known = entity.rarities.get(key);
  if (known !== undefined) return known;
  const answer = findProbability(entity, process, weight, added);
  if (entity.rarities.size >= rememberedAnswers) entity.rarities.clear();
  entity.rarities.set(key, answer);
  return answer;
}

function findProbability(entity: Entity, process: string, weight: number, added: number): RareProbability {
  const concentrations: number[] = [];
  let own = added;
  for (const pair of entity.pairs.values()) {
    if (pair.count <= 0) continue;
    const concentration = pair.count / weight;
    if (pair.name === process) own += concentration;
    else concentrations.push(concentration);
  }
  concentrations.push(own);
  concentrations.sort((a, b) => a - b);
  const total = concentrations.reduce((sum, concentration) => sum + concentration, 0);
  const rest = total - own;
  if (rest <= total * 1e-12) return { probability: 1, share: 1 };
  const curve = cumulativeCurve(concentrations, total);
  const points = pointCount(total);
  let sum = 0;
  for (let i = 0; i < points; i++) {
    sum += interpolate(curve, widening * betaQuantile((i + 0.5) / points, own, rest));
  }
  return { probability: Math.min(1, sum / points), share: own / total };
}

function pointCount(total: number): number {
  if (total <= 100) return 7;
  if (total <= 1_000) return 5;
  return total <= 10_000 ? 3 : 1;
}

type Curve = readonly (readonly [share: number, cumulative: number])[];

function cumulativeCurve(sorted: readonly number[], total: number): Curve {
  const curve: [number, number][] = [[0, 0]];
  let cumulative = 0;
  for (const concentration of sorted) {
    const share = concentration / total;
    cumulative += share;
    const last = curve.at(-1)!;
    if (share - last[0] < 1e-12) last[1] = cumulative;
    else curve.push([share, cumulative]);
  }
  return curve;
}

function interpolate(curve: Curve, share: number): number {
  for (let i = 1; i < curve.length; i++) {
    const [highAt, high] = curve[i]!;
    if (share > highAt) continue;
    const [lowAt, low] = curve[i - 1]!;
    return low + ((high - low) * (share - lowAt)) / (highAt - lowAt);
  }
  return 1;
}
