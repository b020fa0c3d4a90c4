import type { ActivityMember } from './activity.ts';
import { WeightedGraph } from './weighted-graph.ts';

/** How far apart starts of one user may be and still be seen as one sitting. */
const sittingMs = 30 * 60_000;
/** Over this long the weight of nearness falls to a third. */
const nearnessMs = 10 * 60_000;
/** Earlier starts that a start is compared with, by user and by host. */
const neighbours = 3;

const lineageWeight = 1;
const scoredLineageWeight = 4;
const userWeight = 2;
const hostWeight = 0.7;
/** A start that the model does not call malicious still counts a little. */
const leastScore = 0.1;

/**
 * The graph of process starts, after Filar and French (2020): vertices are processes, edges join a process to
 * its starter, and starts of one user or host that came close together. An edge weighs more the more malicious
 * and the rarer its starts are. Pauses after every member.
 */
export function* buildStartGraph(members: readonly ActivityMember[]): Generator<undefined, WeightedGraph> {
  const graph = new WeightedGraph();
  for (const member of members) {
    const id = vertexOf(member);
    graph.add(id);
    let below = id;
    for (const [level, ancestor] of member.lineage.entries()) {
      const weight = lineageWeight + (level === 0 ? scoredLineageWeight * strengthOf(member) : 0);
      graph.connect(below, ancestor.entityId, weight);
      below = ancestor.entityId;
    }
    yield;
  }
  yield* connectSittings(graph, members);
  return graph;
}

/** The vertex of a member: its process, else the start itself. */
export function vertexOf({ entityId, eventId }: ActivityMember): string {
  return entityId ?? `start ${eventId}`;
}

function* connectSittings(graph: WeightedGraph, members: readonly ActivityMember[]): Generator<undefined> {
  const byUser = new Map<string, ActivityMember[]>();
  const onHost: ActivityMember[] = [];
  for (const member of members) {
    const own = byUser.get(member.user) ?? [];
    byUser.set(member.user, own);
    for (const earlier of own.slice(-neighbours)) connectNear(graph, earlier, member, userWeight);
    for (const earlier of onHost.slice(-neighbours)) {
      if (earlier.user !== member.user) connectNear(graph, earlier, member, hostWeight);
    }
    own.push(member);
    onHost.push(member);
    yield;
  }
}

function connectNear(graph: WeightedGraph, a: ActivityMember, b: ActivityMember, weight: number): void {
  const distanceMs = Math.abs(b.timeMs - a.timeMs);
  if (distanceMs > sittingMs) return;
  const strength = Math.sqrt(strengthOf(a) * strengthOf(b));
  graph.connect(vertexOf(a), vertexOf(b), weight * strength * Math.exp(-distanceMs / nearnessMs));
}

/** 0.05 .. 1.5: probability, raised by rarity. */
function strengthOf({ score, rarity }: ActivityMember): number {
  return Math.max(leastScore, score) * (0.5 + rarity / 100);
}
