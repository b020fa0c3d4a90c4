import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPartition } from '../../../src/alert/incident/louvain.ts';
import { WeightedGraph } from '../../../src/alert/incident/weighted-graph.ts';

type Edge = readonly [from: number, to: number, weight: number];

function makeGraph(size: number, edges: readonly Edge[]): WeightedGraph {
  const graph = new WeightedGraph();
  for (let vertex = 0; vertex < size; vertex++) graph.add(`v${vertex}`);
  for (const [from, to, weight] of edges) graph.connect(`v${from}`, `v${to}`, weight);
  return graph;
}

/** The partition, and after how many pauses it came. */
function partition(graph: WeightedGraph, resolution = 1): { communities: number[]; pauses: number } {
  const steps = findPartition(graph, resolution);
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done === true) return { communities: step.value, pauses };
  }
}

/** Reichardt and Bornholdt's, by its definition. */
function modularityOf(
  { neighbours }: WeightedGraph,
  communities: readonly number[],
  resolution: number,
): number {
  const degrees = neighbours.map((edges) => [...edges.values()].reduce((sum, weight) => sum + weight, 0));
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  let modularity = 0;
  for (const [a, edges] of neighbours.entries()) {
    for (const b of neighbours.keys()) {
      if (communities[a] !== communities[b]) continue;
      modularity += ((edges.get(b) ?? 0) - (resolution * degrees[a]! * degrees[b]!) / total) / total;
    }
  }
  return modularity;
}

function clique(first: number, size: number): Edge[] {
  const edges: Edge[] = [];
  for (let a = first; a < first + size; a++) for (let b = first; b < a; b++) edges.push([a, b, 1]);
  return edges;
}

/** Few different weights, so that moves often gain exactly as much as each other, but for rounding. */
const graphs = fc.integer({ min: 1, max: 40 }).chain((size) => {
  const vertex = fc.nat(size - 1);
  const weight = fc.constantFrom(0.1, 0.2, 0.3, 0.7, 1, 1.4, 5, 2 * Math.exp(-0.1), 0.7 * Math.exp(-0.7));
  return fc.record({
    size: fc.constant(size),
    edges: fc.array(fc.tuple(vertex, vertex, weight), { maxLength: 3 * size }),
    resolution: fc.constantFrom(0.2, 1, 2),
  });
});

describe('a partition', () => {
  it('keeps what is densely tied together, and apart what is not', () => {
    const graph = makeGraph(12, [...clique(0, 5), ...clique(5, 6), [0, 7, 0.5]]);
    expect(partition(graph).communities).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2]);
  });

  it('has larger communities at a lower resolution', () => {
    const graph = makeGraph(9, [...clique(0, 3), ...clique(3, 3), ...clique(6, 3), [0, 3, 1], [3, 6, 1]]);
    expect(new Set(partition(graph, 1).communities).size).toBe(3);
    expect(new Set(partition(graph, 0.2).communities).size).toBe(1);
  });

  it('leaves vertices without edges alone', () => {
    expect(partition(makeGraph(3, [])).communities).toEqual([0, 1, 2]);
    expect(partition(makeGraph(0, [])).communities).toEqual([]);
  });

  it('ends, is the same again, and is no worse than all apart or all together, whatever the graph', () => {
    fc.assert(
      fc.property(graphs, ({ size, edges, resolution }) => {
        const graph = makeGraph(size, edges);
        const { communities, pauses } = partition(graph, resolution);
        expect(partition(makeGraph(size, edges), resolution).communities).toEqual(communities);
        expect(pauses).toBeLessThanOrEqual(size + edges.length);
        if (graph.neighbours.every((own) => own.size === 0)) return;
        const modularity = modularityOf(graph, communities, resolution) + 1e-6;
        for (const other of [communities.map((_, vertex) => vertex), communities.map(() => 0)]) {
          expect(modularity).toBeGreaterThanOrEqual(modularityOf(graph, other, resolution));
        }
      }),
      { numRuns: 500 },
    );
  });
});
