import type { RecentSum } from '../cluster.ts';

/** What `elastic` mode remembers of an entity besides the concentrations in its pairs. */
export interface ElasticHistory {
  /** Buckets with flagged starts so far. */
  nonEmpty: number;
  /** Age of the host at the first and the last of them. */
  firstAge: number;
  lastAge: number;
  /** Weighted moments of log(1 + bucket sum). */
  weight: number;
  mean: number;
  squares: number;
  /** Sums of the last buckets, by age. */
  recent: RecentSum[];
  rareMaximum: Maximum;
  sumMaximum: Maximum;
}

/** The largest raw score of an entity so far, and the age at which it was last near a score. */
export interface Maximum {
  raw: number;
  age: number;
}

/** What is answered about a process of an entity. */
export interface RareProbability {
  readonly probability: number;
  /** Share of the entity's sightings that the process has. */
  readonly share: number;
}

export function createElasticHistory(): ElasticHistory {
  return {
    nonEmpty: 0,
    firstAge: 0,
    lastAge: 0,
    weight: 0,
    mean: 0,
    squares: 0,
    recent: [],
    rareMaximum: { raw: 0, age: 0 },
    sumMaximum: { raw: 0, age: 0 },
  };
}
