import type { ActivityMember } from './activity.ts';
import { findPartition } from './louvain.ts';
import { buildStartGraph, vertexOf } from './start-graph.ts';
import { edgesBetweenPauses, type WeightedGraph } from './weighted-graph.ts';

/** Below 1: larger communities. An intrusion should rather be one story than many. */
const resolution = 0.2;

/**
 * Members that belong together, each group and the groups in order of time. A group that `stands` does not hold
 * for goes with the group that it is tied to most, if any. `members` is in order of time. Pauses after about as
 * much work as a member brings.
 */
export function* findCommunities(
  members: readonly ActivityMember[],
  stands: (group: readonly ActivityMember[]) => boolean,
): Generator<undefined, ActivityMember[][]> {
  const graph = yield* buildStartGraph(members);
  const partition = yield* findPartition(graph, resolution);
  const communityOf = (member: ActivityMember): number => partition[graph.numberOf(vertexOf(member))!]!;
  const groups = gather(members, communityOf);
  const hosts = yield* joinCompanions(graph, partition, groups, stands);
  const joined = gather(members, (member) => hosts.get(communityOf(member)) ?? communityOf(member));
  return [...joined.values()];
}

function gather(
  members: readonly ActivityMember[],
  communityOf: (member: ActivityMember) => number,
): Map<number, ActivityMember[]> {
  const groups = new Map<number, ActivityMember[]>();
  for (const member of members) {
    const community = communityOf(member);
    const group = groups.get(community);
    if (group === undefined) groups.set(community, [member]);
    else group.push(member);
  }
  return groups;
}

/** For each group that does not stand by itself, the group that it goes with. */
function* joinCompanions(
  graph: WeightedGraph,
  partition: readonly number[],
  groups: ReadonlyMap<number, readonly ActivityMember[]>,
  stands: (group: readonly ActivityMember[]) => boolean,
): Generator<undefined, Map<number, number>> {
  const ties = yield* sumTies(graph, partition);
  const joined = new Map<number, number>();
  const standing = new Set<number>();
  for (const [community, group] of groups) {
    if (stands(group)) standing.add(community);
    yield;
  }
  // Again and again, since a companion may be tied to the story only through another companion.
  for (let grew = standing.size > 0; grew; ) {
    grew = false;
    for (const community of groups.keys()) {
      if (standing.has(community) || joined.has(community)) continue;
      yield;
      const [best] = [...(ties.get(community) ?? [])]
        .filter(([to]) => standing.has(to) || joined.has(to))
        .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
      if (best === undefined) continue;
      joined.set(community, joined.get(best[0]) ?? best[0]);
      grew = true;
    }
  }
  return joined;
}

/** How much weight lies between each community and the others. */
function* sumTies(
  graph: WeightedGraph,
  partition: readonly number[],
): Generator<undefined, Map<number, Map<number, number>>> {
  const ties = new Map<number, Map<number, number>>();
  let edges = 0;
  for (const [vertex, neighbours] of graph.neighbours.entries()) {
    const own = partition[vertex]!;
    const known = ties.get(own) ?? new Map<number, number>();
    ties.set(own, known);
    for (const [neighbour, weight] of neighbours) {
      const other = partition[neighbour]!;
      if (other !== own) known.set(other, (known.get(other) ?? 0) + weight);
      if (++edges % edgesBetweenPauses === 0) yield;
    }
  }
  return ties;
}
