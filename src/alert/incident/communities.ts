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
const resolution = 0.5;

/** Members that belong together, each group and the groups in order of time. `members` is in order of time. */
export function findCommunities(members: readonly ActivityMember[]): ActivityMember[][] {
  const graph = buildStartGraph(members);
  const communityOf: Readonly<Record<string, number>> =
    graph.size === 0
      ? {}
      : louvain(graph, {
          getEdgeWeight: 'weight',
          resolution,
          randomWalk: false,
          rng: createRandom(1),
        });
  const groups = new Map<number | string, ActivityMember[]>();
  for (const member of members) {
    const vertex = vertexOf(member);
    const community = communityOf[vertex] ?? vertex;
    const group = groups.get(community);
    if (group === undefined) groups.set(community, [member]);
    else group.push(member);
  }
  return [...groups.values()];
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
