import { Aggregation, ElasticTree, Ensemble } from './definition.ts';
import { read, readKind, refuse } from './refusal.ts';
import { isLeaf } from './tree.ts';

/** How the leaves of all trees come to a probability. */
export type Combination =
  /** Sigmoid of the weighted sum, or softmax of the weighted sums of leaves that are pairs. */
  | 'logistic'
  /** Softmax over weighted votes for classes; a class without a vote gets 0. */
  | 'votes'
  /** A single tree whose leaf is the class itself. */
  | 'class'
  /** A single tree whose leaf is the pair of probabilities. */
  | 'pair';

export interface ElasticEnsemble {
  readonly trees: readonly ElasticTree[];
  /** One for each tree. */
  readonly weights: readonly number[];
  readonly combination: Combination;
  readonly classLabels: readonly [string, string];
  readonly classificationWeights: readonly [number, number];
}

/** Reads `trained_model`, refusing what is no classifier of two classes. */
export function readEnsemble(trainedModel: Readonly<Record<string, unknown>>): ElasticEnsemble {
  const [kind, body] = readKind(trainedModel, 'definition.trained_model');
  if (kind === 'ensemble') return readTrees(body);
  if (kind === 'tree') return readSingleTree(body);
  return refuse(`definition.trained_model is a ${kind}; only tree and ensemble can be imported`);
}

function readTrees(body: unknown): ElasticEnsemble {
  const place = 'ensemble';
  const ensemble = read(Ensemble, body, place);
  requireClassification(ensemble.target_type);
  const trees = ensemble.trained_models.map((model, index) => {
    const [kind, tree] = readKind(model, `${place}.trained_models.${index}`);
    if (kind !== 'tree') refuse(`${place}.trained_models.${index} is a ${kind}; only trees can be imported`);
    return read(ElasticTree, tree, `${place}.trained_models.${index}.tree`);
  });
  const [aggregation, parameters] = readKind(ensemble.aggregate_output, `${place}.aggregate_output`);
  const { weights, num_classes } = read(Aggregation, parameters, `${place}.aggregate_output.${aggregation}`);
  if (weights !== undefined && weights.length !== trees.length) {
    refuse(`${place} has ${trees.length} trees and ${weights.length} weights`);
  }
  if (aggregation === 'weighted_mode' && num_classes !== 2) {
    refuse(`${place} votes on ${num_classes} classes; only 2 can be imported`);
  }
  return {
    trees,
    weights: weights ?? trees.map(() => 1),
    combination: combinationOf(aggregation, trees),
    classLabels: requireTwoLabels(ensemble.classification_labels),
    classificationWeights: requireTwoWeights(ensemble.classification_weights),
  };
}

function readSingleTree(body: unknown): ElasticEnsemble {
  const tree = read(ElasticTree, body, 'tree');
  requireClassification(tree.target_type ?? 'regression');
  return {
    trees: [tree],
    weights: [1],
    combination: leafSizeOf([tree]) === 2 ? 'pair' : 'class',
    classLabels: requireTwoLabels(tree.classification_labels),
    classificationWeights: [1, 1],
  };
}

function combinationOf(aggregation: string, trees: readonly ElasticTree[]): Combination {
  const size = leafSizeOf(trees);
  if (aggregation === 'logistic_regression') return 'logistic';
  // The sums of pairs go through the same softmax under either name.
  if (aggregation === 'weighted_mode') return size === 2 ? 'logistic' : 'votes';
  return refuse(`aggregate_output is ${aggregation}, which gives no probability`);
}

/** 1 or 2 numbers a leaf, the same for all leaves. */
function leafSizeOf(trees: readonly ElasticTree[]): number {
  const sizes = new Set<number>();
  for (const { tree_structure } of trees) {
    // A split may carry a leaf_value too, which inference does not read.
    for (const node of tree_structure) if (isLeaf(node)) sizes.add(node.leaf_value?.length ?? 1);
  }
  const [size = 1, ...others] = sizes;
  if (others.length > 0 || size > 2) {
    refuse(
      `leaves hold ${[...sizes].sort().join(' and ')} numbers; for two classes all hold 1 or all hold 2`,
    );
  }
  return size;
}

function requireClassification(targetType: string): void {
  if (targetType !== 'classification') {
    refuse(`target_type is ${targetType}; only a classification model says malicious or benign`);
  }
}

function requireTwoLabels(labels: readonly string[] | undefined): [string, string] {
  const [first, second, ...others] = labels ?? [];
  if (first === undefined || second === undefined || others.length > 0) {
    return refuse(
      `classification_labels are ${JSON.stringify(labels ?? null)?.slice(0, 200)}; two are needed`,
    );
  }
  return [first, second];
}

function requireTwoWeights(weights: readonly number[] | undefined): [number, number] {
  if (weights === undefined) return [1, 1];
  const [first, second, ...others] = weights;
  if (first === undefined || second === undefined || others.length > 0) {
    return refuse(`${weights.length} classification_weights for two classes`);
  }
  return [first, second];
}
