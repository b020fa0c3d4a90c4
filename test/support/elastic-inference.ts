import fc from 'fast-check';

/*
 * Elasticsearch's tree inference over a trained-model definition, in double precision, written straight
 * from its description: what an imported model must agree with.
 */

export interface DefinitionNode {
  split_feature?: number;
  threshold?: number;
  decision_type?: 'lt' | 'lte' | 'gt' | 'gte';
  left_child?: number;
  right_child?: number;
  default_left?: boolean;
  leaf_value?: number | number[];
}
export interface DefinitionTree {
  feature_names: string[];
  tree_structure: DefinitionNode[];
  target_type?: string;
  classification_labels?: string[];
}
export type Columns = Readonly<Record<string, number>>;

function inferTree(tree: DefinitionTree, columns: Columns): number[] {
  let node = tree.tree_structure[0]!;
  while (node.left_child !== undefined) {
    const value = columns[tree.feature_names[node.split_feature!]!];
    const isLeft =
      value === undefined || !Number.isFinite(value)
        ? (node.default_left ?? false)
        : compare(value, node.threshold!, node.decision_type ?? 'lte');
    node = tree.tree_structure[isLeft ? node.left_child : node.right_child!]!;
  }
  return [node.leaf_value!].flat();
}

function compare(value: number, threshold: number, type: string): boolean {
  if (type === 'lt') return value < threshold;
  if (type === 'lte') return value <= threshold;
  return type === 'gt' ? value > threshold : value >= threshold;
}

export interface DefinitionEnsemble {
  trained_models: { tree: DefinitionTree }[];
  aggregate_output: Record<string, { weights?: number[]; num_classes?: number }>;
  target_type: string;
  classification_labels: string[];
  classification_weights?: number[];
}

/** The probabilities of both classes. */
export function inferEnsemble(ensemble: DefinitionEnsemble, columns: Columns): [number, number] {
  const leaves = ensemble.trained_models.map(({ tree }) => inferTree(tree, columns));
  const [[kind, { weights }]] = Object.entries(ensemble.aggregate_output) as [
    [string, { weights?: number[] }],
  ];
  const weightOf = (index: number) => weights?.[index] ?? 1;
  if (leaves[0]!.length === 2) {
    return softmax(
      [0, 1].map((axis) => leaves.reduce((sum, leaf, tree) => sum + leaf[axis]! * weightOf(tree), 0)),
    );
  }
  if (kind === 'logistic_regression') {
    const sum = leaves.reduce((total, [leaf], tree) => total + leaf! * weightOf(tree), 0);
    const probability = 1 / (1 + Math.exp(-sum));
    return [1 - probability, probability];
  }
  const votes = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  leaves.forEach(([leaf], tree) => {
    votes[leaf!] =
      votes[leaf!] === Number.NEGATIVE_INFINITY ? weightOf(tree) : votes[leaf!]! + weightOf(tree);
  });
  return softmax(votes);
}

function softmax(values: readonly number[]): [number, number] {
  const max = Math.max(...values.filter(Number.isFinite));
  const powers = values.map((value) => (Number.isFinite(value) ? Math.exp(value - max) : 0));
  const sum = powers[0]! + powers[1]!;
  return [powers[0]! / sum, powers[1]! / sum];
}

/** The winning class: the greater weighted probability, the lower index on a tie. */
export function inferClass(ensemble: DefinitionEnsemble, [first, second]: [number, number]): 0 | 1 {
  const [weight0 = 1, weight1 = 1] = ensemble.classification_weights ?? [];
  return second * weight1 > first * weight0 ? 1 : 0;
}

/** A random tree over some columns; thresholds are drawn from `thresholds`. */
export function anyTree(
  featureNames: readonly string[],
  thresholds: fc.Arbitrary<number>,
  leaf: fc.Arbitrary<number | number[]>,
): fc.Arbitrary<DefinitionTree> {
  const split = fc.record({
    split_feature: fc.nat({ max: featureNames.length - 1 }),
    threshold: thresholds,
    decision_type: fc.constantFrom('lt', 'lte', 'gt', 'gte', undefined),
    default_left: fc.option(fc.boolean(), { nil: undefined }),
  });
  return fc
    .record({
      splits: fc.array(split, { maxLength: 7 }),
      leaves: fc.array(leaf, { minLength: 8, maxLength: 8 }),
    })
    .map(({ splits, leaves }) => {
      // A complete binary shape filled in the order of the array: node i has children 2i+1 and 2i+2.
      const nodes = Array.from({ length: splits.length * 2 + 1 }, (_, index): DefinitionNode => {
        const drawn = splits[index];
        if (drawn === undefined) return { leaf_value: leaves[index - splits.length]! };
        const { decision_type, default_left, ...rest } = drawn;
        return {
          ...rest,
          left_child: 2 * index + 1,
          right_child: 2 * index + 2,
          ...(decision_type === undefined ? {} : { decision_type }),
          ...(default_left === undefined ? {} : { default_left }),
        };
      });
      return { feature_names: [...featureNames], tree_structure: nodes };
    });
}
