import type { ElasticTree, ElasticTreeNode } from './definition.ts';
import { refuse } from './refusal.ts';

/** Whether a value is on the lower side of a split: `x <= bound` or, not inclusive, `x < bound`. */
export interface Cut {
  readonly bound: number;
  readonly inclusive: boolean;
}

/** A split in one spelling, whichever of lt, lte, gt and gte it was written in. */
export interface Split {
  readonly column: string;
  readonly cut: Cut;
  readonly missingIsLower: boolean;
  /** Positions in the tree's array. */
  readonly lower: number;
  readonly upper: number;
}

export interface Leaf {
  readonly values: readonly number[];
}

/** Nodes by position, the root first. */
export type Tree = readonly (Split | Leaf)[];

/**
 * Reads a tree, following from a split on a column that is never there straight to where a missing value
 * goes, as inference would.
 * @param isAvailable whether the encoder can make a column.
 */
export function readTree(tree: ElasticTree, isAvailable: (column: string) => boolean, place: string): Tree {
  const source = tree.tree_structure;
  const seen = new Set<number>();
  const nodes: (Split | Leaf)[] = [];
  const pending: { readonly from: number; readonly to: number }[] = [];

  function resolve(from: number): number {
    let at = from;
    for (;;) {
      const node = source[at] ?? refuse(`${place}: node ${at} is missing`);
      if (seen.has(at)) refuse(`${place}: node ${at} is reached twice`);
      seen.add(at);
      if (isLeaf(node) || isAvailable(columnOf(tree, node, at, place))) return at;
      at = childrenOf(node, at, place)[node.default_left ? 'left' : 'right'];
    }
  }
  function allot(from: number): number {
    const to = nodes.push({ values: [] }) - 1;
    pending.push({ from: resolve(from), to });
    return to;
  }

  allot(0);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const node = source[next.from]!;
    if (isLeaf(node)) {
      nodes[next.to] = { values: node.leaf_value ?? refuse(`${place}: leaf ${next.from} has no leaf_value`) };
      continue;
    }
    const { left, right } = childrenOf(node, next.from, place);
    const threshold = node.threshold ?? refuse(`${place}: node ${next.from} has no threshold`);
    const isLeftLower = node.decision_type !== 'gt' && node.decision_type !== 'gte';
    nodes[next.to] = {
      column: columnOf(tree, node, next.from, place),
      cut: {
        bound: threshold,
        // x > t is the upper side of x <= t, and x >= t of x < t; the default is lte.
        inclusive: node.decision_type !== 'lt' && node.decision_type !== 'gte',
      },
      missingIsLower: (node.default_left ?? false) === isLeftLower,
      lower: allot(isLeftLower ? left : right),
      upper: allot(isLeftLower ? right : left),
    };
  }
  return nodes;
}

/** Elasticsearch knows a leaf by its lack of a left child. */
export function isLeaf(node: ElasticTreeNode): boolean {
  return node.left_child === undefined || node.left_child < 0;
}

function childrenOf(node: ElasticTreeNode, at: number, place: string): { left: number; right: number } {
  const { left_child: left, right_child: right } = node;
  if (left === undefined || right === undefined || right < 0) {
    return refuse(`${place}: node ${at} has one child only`);
  }
  return { left, right };
}

function columnOf(tree: ElasticTree, node: ElasticTreeNode, at: number, place: string): string {
  const feature = node.split_feature ?? refuse(`${place}: node ${at} has no split_feature`);
  return (
    tree.feature_names[feature] ??
    refuse(`${place}: node ${at} splits on feature ${feature} of ${tree.feature_names.length}`)
  );
}
