import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createShapleySums } from '../../src/problemchild/shapley-sums.ts';
import { type ExplainedTree, expectedValue } from '../../src/problemchild/tree-shap.ts';

/** What the tree says when only the features of `known` are: the others flow by cover. */
function valueKnowing(
  tree: ExplainedTree,
  row: readonly number[],
  known: ReadonlySet<number>,
  node = 0,
): number {
  const feature = tree.feature[node]!;
  if (feature < 0) return tree.value[node]!;
  const left = tree.left[node]!;
  const right = tree.right[node]!;
  if (known.has(feature)) {
    return valueKnowing(tree, row, known, row[feature]! <= tree.threshold[node]! ? left : right);
  }
  return (
    (tree.cover[left]! * valueKnowing(tree, row, known, left) +
      tree.cover[right]! * valueKnowing(tree, row, known, right)) /
    tree.cover[node]!
  );
}

/** Shapley's definition over all orders, by subsets. */
function shapley(tree: ExplainedTree, row: readonly number[], feature: number): number {
  const others = row.map((_, index) => index).filter((index) => index !== feature);
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  let total = 0;
  for (let mask = 0; mask < 1 << others.length; mask++) {
    const known = new Set(others.filter((_, bit) => (mask >> bit) & 1));
    const weight = (factorial(known.size) * factorial(row.length - known.size - 1)) / factorial(row.length);
    const without = valueKnowing(tree, row, known);
    total += weight * (valueKnowing(tree, row, new Set([...known, feature])) - without);
  }
  return total;
}

const shapes = fc.letrec<{ tree: Shape }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ value: fc.integer({ min: -8, max: 8 }), cover: fc.integer({ min: 1, max: 9 }) }),
    fc.record({
      feature: fc.integer({ min: 0, max: 3 }),
      threshold: fc.integer({ min: 0, max: 3 }),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
})).tree as fc.Arbitrary<Shape>;

type Shape =
  | { value: number; cover: number }
  | { feature: number; threshold: number; left: Shape; right: Shape };

function flatten(shape: Shape): ExplainedTree {
  const tree = {
    feature: [] as number[],
    threshold: [] as number[],
    left: [] as number[],
    right: [] as number[],
    value: [] as number[],
    cover: [] as number[],
  };
  const visit = (part: Shape): number => {
    const at = tree.feature.length;
    for (const column of Object.values(tree)) column.push(0);
    if ('value' in part) {
      tree.feature[at] = -1;
      tree.value[at] = part.value;
      tree.cover[at] = part.cover;
    } else {
      tree.feature[at] = part.feature;
      tree.threshold[at] = part.threshold;
      const left = visit(part.left);
      const right = visit(part.right);
      tree.left[at] = left;
      tree.right[at] = right;
      tree.cover[at] = tree.cover[left]! + tree.cover[right]!;
    }
    return at;
  };
  visit(shape);
  return tree;
}

describe('Shapley values of a tree', () => {
  test('are those of the definition, features repeated on a path included', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
        (shape, row) => {
          const tree = flatten(shape);
          const found = new Float64Array(row.length);
          createShapleySums([tree], 1)(row, found);
          row.forEach((_, feature) => {
            expect(found[feature]).toBeCloseTo(shapley(tree, row, feature), 9);
          });
          const sum = found.reduce((total, value) => total + value, expectedValue(tree));
          expect(sum).toBeCloseTo(valueKnowing(tree, row, new Set([0, 1, 2, 3])), 9);
        },
      ),
    );
  });

  test('are the same to the last bit whichever rows were seen before', () => {
    fc.assert(
      fc.property(
        fc.array(shapes, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }), { maxLength: 60 }),
        (parts, rows) => {
          const trees = parts.map(flatten);
          const addRemembered = createShapleySums(trees, 0.7);
          for (const row of rows) {
            const remembered = new Float64Array(4);
            const fresh = new Float64Array(4);
            addRemembered(row, remembered);
            createShapleySums(trees, 0.7)(row, fresh);
            expect([...remembered]).toEqual([...fresh]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
