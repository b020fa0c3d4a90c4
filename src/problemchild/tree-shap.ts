/** One regression tree as parallel arrays; node 0 is the root, `feature` is -1 at a leaf. */
export interface ExplainedTree {
  readonly feature: readonly number[];
  /** Left where value <= threshold. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** At leaves. */
  readonly value: readonly number[];
  /** Training rows that passed through each node. */
  readonly cover: readonly number[];
}

/** The mean of a tree's leaves, each by its share of the training rows. */
export function expectedValue(tree: ExplainedTree): number {
  let total = 0;
  for (let node = 0; node < tree.feature.length; node++) {
    if (tree.feature[node]! < 0) total += tree.value[node]! * tree.cover[node]!;
  }
  return total / tree.cover[0]!;
}

/**
 * The features on the way to a node: what share of rows flows on when each is unknown, and when it is known,
 * and Shapley's weights of the subsets. The path of every level has a stretch of its own in the same memory,
 * so that a walk over a tree allocates nothing.
 */
class Paths {
  readonly feature: Int32Array;
  readonly zero: Float64Array;
  readonly one: Float64Array;
  readonly weight: Float64Array;
  /** Most elements of a path. */
  readonly room: number;

  constructor(depth: number) {
    this.room = depth + 2;
    const size = this.room * this.room;
    this.feature = new Int32Array(size);
    this.zero = new Float64Array(size);
    this.one = new Float64Array(size);
    this.weight = new Float64Array(size);
  }

  /** Copies `length` elements to another stretch. */
  copy(from: number, to: number, length: number): void {
    for (let i = 0; i < length; i++) {
      this.feature[to + i] = this.feature[from + i]!;
      this.zero[to + i] = this.zero[from + i]!;
      this.one[to + i] = this.one[from + i]!;
      this.weight[to + i] = this.weight[from + i]!;
    }
  }

  /** Puts a feature behind the `depth` elements of the path at `base`. */
  extend(base: number, depth: number, zero: number, one: number, feature: number): void {
    const { weight } = this;
    this.feature[base + depth] = feature;
    this.zero[base + depth] = zero;
    this.one[base + depth] = one;
    weight[base + depth] = depth === 0 ? 1 : 0;
    for (let i = depth - 1; i >= 0; i--) {
      const at = base + i;
      weight[at + 1]! += (one * weight[at]! * (i + 1)) / (depth + 1);
      weight[at]! *= (zero * (depth - i)) / (depth + 1);
    }
  }

  /** Takes the element `index` out of the path at `base`, whose last element is `depth`. */
  unwind(base: number, depth: number, index: number): void {
    const { weight } = this;
    const zero = this.zero[base + index]!;
    const one = this.one[base + index]!;
    let carried = weight[base + depth]!;
    for (let i = depth - 1; i >= 0; i--) {
      const at = base + i;
      if (one !== 0) {
        const before = weight[at]!;
        weight[at] = (carried * (depth + 1)) / ((i + 1) * one);
        carried = before - (weight[at]! * zero * (depth - i)) / (depth + 1);
      } else weight[at] = (weight[at]! * (depth + 1)) / (zero * (depth - i));
    }
    for (let at = base + index; at < base + depth; at++) {
      this.feature[at] = this.feature[at + 1]!;
      this.zero[at] = this.zero[at + 1]!;
      this.one[at] = this.one[at + 1]!;
    }
  }

  /** What the weights would sum to without the element `index`. */
  unwoundSum(base: number, depth: number, index: number): number {
    const { weight } = this;
    const zero = this.zero[base + index]!;
    const one = this.one[base + index]!;
    let carried = weight[base + depth]!;
    let total = 0;
    for (let i = depth - 1; i >= 0; i--) {
      if (one !== 0) {
        const share = (carried * (depth + 1)) / ((i + 1) * one);
        total += share;
        carried = weight[base + i]! - (share * zero * (depth - i)) / (depth + 1);
      } else total += weight[base + i]! / ((zero * (depth - i)) / (depth + 1));
    }
    return total;
  }

  /** Place of a feature among the elements 1 to `depth`, or -1. */
  find(base: number, depth: number, feature: number): number {
    for (let i = 1; i <= depth; i++) if (this.feature[base + i] === feature) return i;
    return -1;
  }
}

/**
 * Parts of the Shapley values of one tree and one row, in the order in which they are added up; good until the next walk
 * over any tree. Their number is the tree's: one for each leaf and feature on the way to it, whatever the row.
 */
export interface ShapleyParts {
  readonly features: readonly number[];
  readonly values: readonly number[];
}

export type ShapleyWalk = (row: ArrayLike<number>) => ShapleyParts;

/** What a walk writes to. Walks follow each other, so that all trees share one. */
interface Scratch {
  readonly paths: Paths;
  readonly features: number[];
  readonly values: number[];
}

/**
 * Makes the exact Shapley values of rows under each tree: Lundberg, Erion and Lee, "Consistent individualized
 * feature attribution for tree ensembles", algorithm 2 (the distribution of unknown features is the tree's own
 * covers). All parts of a tree together sum to `scale` times its value less {@link expectedValue}.
 */
export function createShapleyWalks(trees: readonly ExplainedTree[], scale: number): ShapleyWalk[] {
  const depth = trees.reduce((most, tree) => Math.max(most, depthOf(tree, 0)), 0);
  const scratch = { paths: new Paths(depth), features: [], values: [] };
  return trees.map((tree) => createShapleyWalk(tree, scale, scratch));
}

function createShapleyWalk(
  tree: ExplainedTree,
  scale: number,
  { paths, features, values }: Scratch,
): ShapleyWalk {
  /** The path above the node begins at `parent` and has `length` elements; `feature` led to the node. */
  function visit(
    row: ArrayLike<number>,
    node: number,
    level: number,
    parent: number,
    length: number,
    zero: number,
    one: number,
    feature: number,
  ): void {
    const base = level * paths.room;
    if (length > 0) paths.copy(parent, base, length);
    paths.extend(base, length, zero, one, feature);
    const split = tree.feature[node]!;
    if (split < 0) {
      for (let i = 1; i <= length; i++) {
        const at = base + i;
        features.push(paths.feature[at]!);
        values.push(
          scale * paths.unwoundSum(base, length, i) * (paths.one[at]! - paths.zero[at]!) * tree.value[node]!,
        );
      }
      return;
    }
    const goesLeft = row[split]! <= tree.threshold[node]!;
    const hot = goesLeft ? tree.left[node]! : tree.right[node]!;
    const cold = goesLeft ? tree.right[node]! : tree.left[node]!;
    let incomingZero = 1;
    let incomingOne = 1;
    let kept = length + 1;
    // A feature that was asked about above counts once: what it did there is taken back.
    const seen = paths.find(base, length, split);
    if (seen > 0) {
      incomingZero = paths.zero[base + seen]!;
      incomingOne = paths.one[base + seen]!;
      paths.unwind(base, length, seen);
      kept = length;
    }
    const cover = tree.cover[node]!;
    const hotZero = (incomingZero * tree.cover[hot]!) / cover;
    const coldZero = (incomingZero * tree.cover[cold]!) / cover;
    visit(row, hot, level + 1, base, kept, hotZero, incomingOne, split);
    visit(row, cold, level + 1, base, kept, coldZero, 0, split);
  }

  return (row) => {
    features.length = 0;
    values.length = 0;
    visit(row, 0, 0, 0, 0, 1, 1, -1);
    return { features, values };
  };
}

/** Splits on the longest way from a node to a leaf. */
function depthOf(tree: ExplainedTree, node: number): number {
  if (tree.feature[node]! < 0) return 0;
  return 1 + Math.max(depthOf(tree, tree.left[node]!), depthOf(tree, tree.right[node]!));
}
