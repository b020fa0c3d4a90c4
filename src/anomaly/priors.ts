import { type Distribution, MixedDistribution, runningSums, sumUpTo } from './distribution.ts';

/**
 * Counts of ordinary process starts: how often names were sighted (once per host and 15-minute bucket), by
 * themselves and under each parent's name. Names are lower case. What the shipped priors and baselines hold.
 */
export interface StartCounts {
  /** All sightings, also those of names that are not listed. */
  readonly sightings: number;
  /** Sightings by process name. */
  readonly processes: Readonly<Record<string, number>>;
  /** Sightings by parent's name, then process name. */
  readonly parents: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What is expected of names before, and besides, a host's own evidence. */
export interface Priors {
  readonly processes: Distribution;
  /** Children of a parent, mixed with what is expected of any parent by how much is known of this one. */
  childrenOf(parent: string, anyParent: Distribution): Distribution;
  /** What a user started elsewhere; `undefined` for a user no baseline knows. */
  startsOf(user: string): UserPrior | undefined;
}

export interface UserPrior {
  readonly distribution: Distribution;
  readonly sightings: number;
}

/** Sightings of a parent at which its own children weigh as much as everybody's. */
const parentWeight = 20;

/** Nothing is known: every name is expected equally little, and none is rarer than another. */
const ignorance: Distribution = { predict: () => 0, tailAt: () => 1 };

export const noPriors: Priors = {
  processes: ignorance,
  childrenOf: (_, anyParent) => anyParent,
  startsOf: () => undefined,
};

/** Makes counts ready to be asked. `startsOf` finds a user's counts, as baselines hold them. */
export function compilePriors(
  counts: StartCounts,
  startsOf: (user: string) => Readonly<Record<string, number>> | undefined = () => undefined,
): Priors {
  const children = new Map<string, { readonly known: Distribution; readonly total: number }>();
  const users = new Map<Readonly<Record<string, number>>, UserPrior>();
  for (const [parent, processes] of Object.entries(counts.parents)) {
    const total = sumOf(processes);
    children.set(parent, { known: new CountDistribution(processes, total), total });
  }
  return {
    processes: counts.sightings > 0 ? new CountDistribution(counts.processes, counts.sightings) : ignorance,
    childrenOf: (parent, anyParent) => {
      const found = children.get(parent);
      if (found === undefined) return anyParent;
      return new MixedDistribution(found.known, anyParent, found.total / (found.total + parentWeight));
    },
    startsOf: (user) => {
      const processes = startsOf(user);
      if (processes === undefined) return undefined;
      const known = users.get(processes);
      if (known !== undefined) return known;
      const sightings = sumOf(processes);
      const prior = { distribution: new CountDistribution(processes, sightings), sightings };
      users.set(processes, prior);
      return prior;
    },
  };
}

/** Listed names by their counts; what is missing from the total belongs to names that are not listed. */
class CountDistribution implements Distribution {
  readonly #shares: Map<string, number>;
  readonly #sorted: Float64Array;
  readonly #sums: Float64Array;
  readonly #unlisted: number;

  constructor(counts: Readonly<Record<string, number>>, total: number) {
    this.#shares = new Map(Object.entries(counts).map(([name, count]) => [name, count / total]));
    this.#sorted = Float64Array.from(this.#shares.values()).sort();
    this.#sums = runningSums(this.#sorted);
    // At least half a sighting is kept for what was never sighted: nothing is impossible.
    this.#unlisted = Math.max(1 - (this.#sums.at(-1) ?? 0), 0.5 / (total + 0.5));
  }

  predict(name: string): number {
    return this.#shares.get(name) ?? 0;
  }

  tailAt(share: number): number {
    return Math.min(1, this.#unlisted + sumUpTo(this.#sorted, this.#sums, share));
  }
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const count of Object.values(counts)) sum += count;
  return sum;
}
