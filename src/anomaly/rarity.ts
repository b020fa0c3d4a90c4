import type { Entity } from './anomaly-host.ts';
import { weightAt } from './decay.ts';
import { type Distribution, EvidenceDistribution, MixedDistribution } from './distribution.ts';
import type { Priors } from './priors.ts';

/** Sightings that what is expected beforehand weighs, per kind of entity. docs/anomaly.md gives the reasons. */
const baseWeights = { host: 200, user: 100, parent: 50 } as const;

/** Observed buckets, or sightings, that the expectation "this entity is new" weighs. */
const noveltyWeights = { user: 20, parent: 60 } as const;
const noveltyDiscount = 0.5;

/** Share of ordinary sightings that a good model flags, and the sightings that expectation weighs. */
const flaggedShare = 0.03;
const flaggedWeight = 500;
const leastDoubt = 0.1;

export interface Rarity {
  /** Of an ordinary start of this entity to be this rare and flagged this surely. */
  readonly probability: number;
  /** Expected sightings of the process per active bucket of the entity. */
  readonly typical: number;
  readonly firstSeen: boolean;
}

/** How unusual a flagged process is for an entity, by evidence from closed buckets and the priors. */
export function judgeRarity(
  entity: Entity,
  process: string,
  maliciousProbability: number,
  priors: Priors,
): Rarity {
  const { host } = entity;
  const weight = weightAt(host.closedAge);
  const expected = expectedStarts(entity, priors);
  const share = expected.predict(process);
  const pair = entity.pairs.get(process);
  const firstSight =
    expected.tailAt(share) *
    novelty(entity, weight) *
    flagProbability(host.entity, weight, maliciousProbability);
  const flaggedBefore = pair === undefined ? 0 : pair.flagged / weight / (entity.buckets / weight + 1);
  return {
    probability: Math.min(1, Math.max(firstSight, flaggedBefore)),
    typical: pair === undefined || entity.buckets === 0 ? 0 : pair.count / entity.buckets,
    firstSeen: pair === undefined || pair.count === 0,
  };
}

/** What the entity is expected to start: its own evidence, then its host's, then the priors. */
function expectedStarts(entity: Entity, priors: Priors): Distribution {
  const hostwide = new EvidenceDistribution(entity.host.entity, priors.processes, baseWeights.host);
  if (entity.kind === 'host') return hostwide;
  return new EvidenceDistribution(entity, baseOf(entity, hostwide, priors), baseWeights[entity.kind]);
}

function baseOf(entity: Entity, hostwide: Distribution, priors: Priors): Distribution {
  if (entity.kind === 'parent') return priors.childrenOf(entity.key, hostwide);
  const known = priors.startsOf(entity.key);
  if (known === undefined) return hostwide;
  return new MixedDistribution(
    known.distribution,
    hostwide,
    known.sightings / (known.sightings + baseWeights.user),
  );
}

/**
 * How unexpected the entity itself is: 1 on a host that is new too, little for a user or parent that turns
 * up on a host long observed. Fades as the entity gathers buckets of its own.
 */
function novelty(entity: Entity, weight: number): number {
  if (entity.kind === 'host') return 1;
  const { host } = entity;
  const base = noveltyWeights[entity.kind];
  const [known, evidence] =
    entity.kind === 'user'
      ? [host.knownUsers, host.entity.buckets / weight]
      : [host.knownParents, host.entity.sightings / weight];
  const chance = Math.min(1, (base + noveltyDiscount * known) / (base + evidence));
  return chance ** (1 / (1 + entity.buckets / weight));
}

/**
 * Probability of an ordinary start of the host to be flagged with at least this probability. Grows on a host
 * where the model is often wrong, and never falls: where nothing was flagged so far, a flagged start is news,
 * but its process is not rare for that.
 */
function flagProbability(host: Entity, weight: number, maliciousProbability: number): number {
  const learnt =
    (host.flaggedSightings / weight + flaggedWeight * flaggedShare) /
    (host.sightings / weight + flaggedWeight);
  return Math.max(flaggedShare, learnt) * doubtOf(maliciousProbability);
}

/**
 * How far a flagged start may still be an ordinary one: 1 at a probability of 0.5, a tenth from 0.95 on.
 * So much does it teach, too; otherwise an attack would teach that its tools are ordinary.
 */
export function doubtOf(maliciousProbability: number): number {
  return Math.min(1, Math.max(leastDoubt, 2 * (1 - maliciousProbability)));
}
