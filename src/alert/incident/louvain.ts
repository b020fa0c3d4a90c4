import { edgesBetweenPauses, type WeightedGraph } from './weighted-graph.ts';

/** Every weight counts twice in these: once from each of its ends. */
interface Level {
  /** Weights of the edges at each vertex, by the vertex at their other end. */
  readonly neighbours: readonly ReadonlyMap<number, number>[];
  /** What lies within a vertex that stands for many. */
  readonly loops: readonly number[];
}

/**
 * A move has to gain more than this part of all weight. What is within the error of floating point would otherwise
 * let vertices change places for ever, and whoever chooses what starts on a host chooses the graph.
 */
const leastGain = 1e-9;

/** Visits of a vertex on a level, on average, after which the level is left as it is. Ordinary graphs need 2 to 5. */
const visitsPerVertex = 64;

/**
 * The community of each vertex of a graph, by number, after Blondel et al. (2008) with the queue of Traag (2015):
 * vertices move to the neighbouring community that adds most modularity until none gains, then each community is
 * a vertex of the next level. `resolution` below 1 gives larger communities. The same graph, built in the same
 * order, gives the same. Pauses after every few edges; the work is bounded whatever the weights.
 */
export function* findPartition(graph: WeightedGraph, resolution: number): Generator<undefined, number[]> {
  let level: Level = { neighbours: graph.neighbours, loops: graph.neighbours.map(() => 0) };
  let partition = graph.neighbours.map((_, vertex) => vertex);
  for (;;) {
    const { communities, count } = yield* moveVertices(level, resolution);
    if (count === communities.length) return partition;
    partition = partition.map((vertex) => communities[vertex]!);
    level = yield* contract(level, communities, count);
  }
}

function* moveVertices(
  { neighbours, loops }: Level,
  resolution: number,
): Generator<undefined, { communities: number[]; count: number }> {
  const size = neighbours.length;
  const degrees = neighbours.map((edges, vertex) => sumOf(edges.values()) + loops[vertex]!);
  const totalWeight = sumOf(degrees);
  const communities = neighbours.map((_, vertex) => vertex);
  const communityDegrees = [...degrees];
  const sizes = new Array<number>(size).fill(1);
  const empty: number[] = [];
  const queue = [...communities];
  const isQueued = new Array<boolean>(size).fill(true);
  let edges = 0;
  for (let at = 0; at < queue.length && at < size * visitsPerVertex; at++) {
    const vertex = queue[at]!;
    isQueued[vertex] = false;
    const own = communities[vertex]!;
    const weightTo = new Map<number, number>();
    for (const [neighbour, weight] of neighbours[vertex]!) {
      const community = communities[neighbour]!;
      weightTo.set(community, (weightTo.get(community) ?? 0) + weight);
      if (++edges % edgesBetweenPauses === 0) yield;
    }
    const cost = (resolution * degrees[vertex]!) / totalWeight;
    let best = own;
    let bestGain = (weightTo.get(own) ?? 0) - cost * (communityDegrees[own]! - degrees[vertex]!);
    const isBetter = (gain: number) => gain > bestGain + leastGain * totalWeight;
    for (const [community, weight] of weightTo) {
      const gain = weight - cost * communityDegrees[community]!;
      if (community === own || !isBetter(gain)) continue;
      best = community;
      bestGain = gain;
    }
    // Alone: nothing gained, nothing paid. Where others share its community, an empty one is left somewhere.
    if (sizes[own]! > 1 && isBetter(0)) best = empty.at(-1)!;
    if (best === own) continue;

    if (sizes[best] === 0) empty.pop();
    if (--sizes[own]! === 0) empty.push(own);
    sizes[best]!++;
    communityDegrees[own]! -= degrees[vertex]!;
    communityDegrees[best]! += degrees[vertex]!;
    communities[vertex] = best;
    for (const neighbour of neighbours[vertex]!.keys()) {
      if (isQueued[neighbour] || communities[neighbour] === best) continue;
      isQueued[neighbour] = true;
      queue.push(neighbour);
    }
  }
  return renumber(communities);
}

/** Numbers without gaps, in order of the first vertex of each community. */
function renumber(communities: readonly number[]): { communities: number[]; count: number } {
  const numbers = new Map<number, number>();
  for (const community of communities) {
    if (!numbers.has(community)) numbers.set(community, numbers.size);
  }
  return { communities: communities.map((community) => numbers.get(community)!), count: numbers.size };
}

function* contract(
  { neighbours, loops }: Level,
  communities: readonly number[],
  count: number,
): Generator<undefined, Level> {
  const merged = Array.from({ length: count }, () => new Map<number, number>());
  const mergedLoops = new Array<number>(count).fill(0);
  let edges = 0;
  for (const [vertex, own] of communities.entries()) {
    mergedLoops[own]! += loops[vertex]!;
    for (const [neighbour, weight] of neighbours[vertex]!) {
      const other = communities[neighbour]!;
      if (other === own) mergedLoops[own]! += weight;
      else merged[own]!.set(other, (merged[own]!.get(other) ?? 0) + weight);
      if (++edges % edgesBetweenPauses === 0) yield;
    }
  }
  return { neighbours: merged, loops: mergedLoops };
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
