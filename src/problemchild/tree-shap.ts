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

/** A feature on the way to a node: what share of rows flows on when it is unknown, and when it is known. */
interface PathElement {
  feature: number;
  zero: number;
  one: number;
  weight: number;
}

/**
 * Adds to `out` each feature's exact Shapley value for one row: Lundberg, Erion and Lee, "Consistent
 * individualized feature attribution for tree ensembles", algorithm 2 (the distribution of unknown
 * features is the tree's own covers). What is added sums to the tree's value less {@link expectedValue}.
 */
export function addShapleyValues(
  tree: ExplainedTree,
  row: ArrayLike<number>,
  scale: number,
  out: Float64Array,
): void {
  visit(tree, row, scale, out, 0, [], 1, 1, -1);
}

function visit(
  tree: ExplainedTree,
  row: ArrayLike<number>,
  scale: number,
  out: Float64Array,
  node: number,
  parentPath: readonly PathElement[],
  zero: number,
  one: number,
  feature: number,
): void {
  const path = extend(parentPath, zero, one, feature);
  const split = tree.feature[node]!;
  if (split < 0) {
    for (let i = 1; i < path.length; i++) {
      const element = path[i]!;
      out[element.feature]! += scale * unwoundSum(path, i) * (element.one - element.zero) * tree.value[node]!;
    }
    return;
  }
  const goesLeft = row[split]! <= tree.threshold[node]!;
  const hot = goesLeft ? tree.left[node]! : tree.right[node]!;
  const cold = goesLeft ? tree.right[node]! : tree.left[node]!;
  let incomingZero = 1;
  let incomingOne = 1;
  let kept = path;
  const seen = path.findIndex((element, index) => index > 0 && element.feature === split);
  if (seen > 0) {
    incomingZero = path[seen]!.zero;
    incomingOne = path[seen]!.one;
    kept = unwind(path, seen);
  }
  const cover = tree.cover[node]!;
  visit(tree, row, scale, out, hot, kept, (incomingZero * tree.cover[hot]!) / cover, incomingOne, split);
  visit(tree, row, scale, out, cold, kept, (incomingZero * tree.cover[cold]!) / cover, 0, split);
}

function extend(path: readonly PathElement[], zero: number, one: number, feature: number): PathElement[] {
  const depth = path.length;
  const next = path.map((element) => ({ ...element }));
  next.push({ feature, zero, one, weight: depth === 0 ? 1 : 0 });
  for (let i = depth - 1; i >= 0; i--) {
    next[i + 1]!.weight += (one * next[i]!.weight * (i + 1)) / (depth + 1);
    next[i]!.weight *= (zero * (depth - i)) / (depth + 1);
  }
  return next;
}

function unwind(path: readonly PathElement[], index: number): PathElement[] {
  const depth = path.length - 1;
  const { zero, one } = path[index]!;
  const next = path.map((element) => ({ ...element }));
  let carried = next[depth]!.weight;
  for (let i = depth - 1; i >= 0; i--) {
    if (one !== 0) {
      const before = next[i]!.weight;
      next[i]!.weight = (carried * (depth + 1)) / ((i + 1) * one);
      carried = before - (next[i]!.weight * zero * (depth - i)) / (depth + 1);
    } else next[i]!.weight = (next[i]!.weight * (depth + 1)) / (zero * (depth - i));
  }
  for (let i = index; i < depth; i++) {
    next[i]!.feature = next[i + 1]!.feature;
    next[i]!.zero = next[i + 1]!.zero;
    next[i]!.one = next[i + 1]!.one;
  }
  next.pop();
  return next;
}

function unwoundSum(path: readonly PathElement[], index: number): number {
  const depth = path.length - 1;
  const { zero, one } = path[index]!;
  let carried = path[depth]!.weight;
  let total = 0;
  for (let i = depth - 1; i >= 0; i--) {
    if (one !== 0) {
      const weight = (carried * (depth + 1)) / ((i + 1) * one);
      total += weight;
      carried = path[i]!.weight - (weight * zero * (depth - i)) / (depth + 1);
    } else total += path[i]!.weight / ((zero * (depth - i)) / (depth + 1));
  }
  return total;
}
