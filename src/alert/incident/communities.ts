import type { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import type { ActivityMember } from './activity.ts';
import { buildStartGraph, vertexOf } from './start-graph.ts';

type Louvain = (
  graph: UndirectedGraph,
  options: {
    readonly getEdgeWeight: string;
    readonly resolution: number;
    readonly randomWalk: boolean;
    readonly rng: () => number;
  },
) => Readonly<Record<string, number>>;

// The package is CommonJS and its types describe a default export that it does not have.
const louvain = louvainModule as unknown as Louvain;

/** Below 1: larger communities. An intrusion should rather be one story than many. */
const resolution = 0.2;

const edgesBetweenPauses = 50;

/**
 * Members that belong together, each group and the groups in order of time. A group that `stands` does not hold
 * for goes with the group that it is tied to most, if any. `members` is in order of time. Pauses after about as
 * much work as a member brings.
 */
export function* findCommunities(
  members: readonly ActivityMember[],
  stands: (group: readonly ActivityMember[]) => boolean,
): Generator<void, ActivityMember[][]> {
  const graph = yield* buildStartGraph(members);
  const communityOf: Readonly<Record<string, number>> =
    graph.size === 0
      ? {}
      : louvain(graph, {
          getEdgeWeight: 'weight',
          resolution,
          randomWalk: false,
          rng: createRandom(1),
        });
  yield;
  const groups = new Map<string, ActivityMember[]>();
  for (const member of members) {
    const community = String(communityOf[vertexOf(member)] ?? vertexOf(member));
    const group = groups.get(community);
    if (group === undefined) groups.set(community, [member]);
    else group.push(member);
  }
  const hosts = yield* joinCompanions(graph, communityOf, groups, stands);
  const joined = new Map<string, ActivityMember[]>();
  for (const member of members) {
    const community = String(communityOf[vertexOf(member)] ?? vertexOf(member));
    const host = hosts.get(community) ?? community;
    const group = joined.get(host);
    if (group === undefined) joined.set(host, [member]);
    else group.push(member);
  }
  return [...joined.values()];
}

/** For each group that does not stand by itself, the group that it goes with. */
function* joinCompanions(
  graph: UndirectedGraph,
  communityOf: Readonly<Record<string, number>>,
  groups: ReadonlyMap<string, readonly ActivityMember[]>,
  stands: (group: readonly ActivityMember[]) => boolean,
): Generator<void, Map<string, string>> {
  const ties = new Map<string, Map<string, number>>();
  const tie = (from: string, to: string, weight: number): void => {
    const known = ties.get(from) ?? new Map<string, number>();
    ties.set(from, known.set(to, (known.get(to) ?? 0) + weight));
  };
  let edges = 0;
  for (const { attributes, source, target } of graph.edgeEntries()) {
    if (++edges % edgesBetweenPauses === 0) yield;
    if (communityOf[source] === communityOf[target]) continue;
    const from = String(communityOf[source]);
    const to = String(communityOf[target]);
    tie(from, to, attributes['weight'] as number);
    tie(to, from, attributes['weight'] as number);
  }
  const joined = new Map<string, string>();
  const standing = new Set<string>();
  for (const [community, group] of groups) {
    if (stands(group)) standing.add(community);
    yield;
  }
  // Again and again, since a companion may be tied to the story only through another companion.
  for (let grew = standing.size > 0; grew; ) {
    grew = false;
    for (const community of groups.keys()) {
      if (standing.has(community) || joined.has(community)) continue;
      const [best] = [...(ties.get(community) ?? [])]
        .filter(([to]) => standing.has(to) || joined.has(to))
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      if (best === undefined) continue;
      joined.set(community, joined.get(best[0]) ?? best[0]);
      grew = true;
    }
  }
  return joined;
}

/** Numbers in [0, 1) that are the same on every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
