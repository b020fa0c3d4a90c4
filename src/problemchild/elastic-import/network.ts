import {
  encodeOnnxModel,
  inputName,
  type OnnxNode,
  type OnnxTensor,
  outputName,
} from '../onnx/onnx-model.ts';
import { type EnsembleTree, treeEnsembleNode } from '../onnx/tree-ensemble.ts';
import type { Combination } from './ensemble.ts';
import { refuse } from './refusal.ts';
import type { ColumnScale } from './single-precision.ts';
import type { Leaf, Tree } from './tree.ts';

export interface NetworkParts {
  readonly trees: readonly Tree[];
  readonly weights: readonly number[];
  readonly combination: Combination;
  readonly maliciousClass: 0 | 1;
  /** Ordered inputs. */
  readonly inputs: readonly string[];
  readonly scales: ReadonlyMap<string, ColumnScale>;
}

/** Writes the ensemble as an ONNX model from [N, inputs] to P(malicious) [N, 1]. */
export function encodeNetwork(parts: NetworkParts): Uint8Array {
  const sums = sumsOf(parts.combination, parts.maliciousClass);
  const columnOf = new Map(parts.inputs.map((name, index) => [name, index]));
  const trees = parts.trees.map((tree, index) =>
    tree.map((node) => {
      if (!('column' in node)) return { sums: sums(node, parts.weights[index]!) };
      return {
        column: columnOf.get(node.column)!,
        threshold: parts.scales.get(node.column)!.threshold(node.cut),
        missingIsTrue: node.missingIsLower,
        whenTrue: node.lower,
        whenFalse: node.upper,
      };
    }),
  );
  return encodeOnnxModel({ width: parts.inputs.length, ...combine(parts.combination, trees) });
}

/** What a leaf adds to the ensemble's sums. */
function sumsOf(
  combination: Combination,
  malicious: 0 | 1,
): (leaf: Leaf, weight: number) => readonly number[] {
  const benign = malicious === 1 ? 0 : 1;
  switch (combination) {
    case 'logistic':
      return ({ values }, weight) => {
        const [first = 0, second] = values;
        // One number speaks for class 1; of two, softmax sees only the difference.
        const towardsOne = weight * (second === undefined ? first : second - first);
        return [malicious === 1 ? towardsOne : -towardsOne];
      };
    case 'votes':
      return (leaf, weight) => (classOf(leaf) === malicious ? [weight, 1, 0] : [-weight, 0, 1]);
    case 'class':
      return (leaf) => [classOf(leaf) === malicious ? 1 : 0];
    case 'pair':
      return ({ values }) => {
        const [probability = Number.NaN] = [values[malicious]];
        if (!(probability >= 0 && probability <= 1) || !((values[benign] ?? -1) >= 0)) {
          refuse(`a leaf holds ${values.join(', ')}, which are no probabilities`);
        }
        return [probability];
      };
  }
}

function classOf({ values: [value] }: Leaf): 0 | 1 {
  return value === 0 || value === 1 ? value : refuse(`a leaf votes for class ${value}; there are 0 and 1`);
}

function combine(
  combination: Combination,
  trees: readonly EnsembleTree[],
): { nodes: OnnxNode[]; constants?: OnnxTensor[] } {
  switch (combination) {
    case 'logistic':
      return {
        nodes: [
          treeEnsembleNode(trees, 1, inputName, 'sum'),
          { operator: 'Sigmoid', inputs: ['sum'], outputs: [outputName] },
        ],
      };
    case 'class':
    case 'pair':
      return { nodes: [treeEnsembleNode(trees, 1, inputName, outputName)] };
    case 'votes':
      return combineVotes(trees);
  }
}

/** Softmax of two is the sigmoid of their difference, but a class that got no vote at all gets 0. */
function combineVotes(trees: readonly EnsembleTree[]): { nodes: OnnxNode[]; constants: OnnxTensor[] } {
  const pick = (index: string, output: string): OnnxNode => ({
    operator: 'Gather',
    inputs: ['sums', index],
    outputs: [output],
    attributes: { axis: { kind: 'integer', value: 1 } },
  });
  return {
    nodes: [
      treeEnsembleNode(trees, 3, inputName, 'sums'),
      pick('first', 'difference'),
      pick('second', 'maliciousVotes'),
      pick('third', 'benignVotes'),
      { operator: 'Sigmoid', inputs: ['difference'], outputs: ['contested'] },
      { operator: 'Greater', inputs: ['maliciousVotes', 'zero'], outputs: ['anyMalicious'] },
      { operator: 'Greater', inputs: ['benignVotes', 'zero'], outputs: ['anyBenign'] },
      { operator: 'Where', inputs: ['anyBenign', 'contested', 'one'], outputs: ['atMostOne'] },
      { operator: 'Where', inputs: ['anyMalicious', 'atMostOne', 'zero'], outputs: [outputName] },
    ],
    constants: [
      { name: 'first', dims: [1], type: 'int64', values: [0] },
      { name: 'second', dims: [1], type: 'int64', values: [1] },
      { name: 'third', dims: [1], type: 'int64', values: [2] },
      { name: 'zero', dims: [1], type: 'float', values: [0] },
      { name: 'one', dims: [1], type: 'float', values: [1] },
    ],
  };
}
