import type { OnnxNode } from './onnx-model.ts';

/** `x <= threshold` decides; a missing value (NaN) goes where `missingIsTrue` says. */
export interface EnsembleSplit {
  readonly column: number;
  /** Single precision. */
  readonly threshold: number;
  readonly missingIsTrue: boolean;
  /** Positions in the tree's array. */
  readonly whenTrue: number;
  readonly whenFalse: number;
}

/** Added to each of the ensemble's sums. */
export interface EnsembleLeaf {
  readonly sums: readonly number[];
}

/** Nodes by position; the root is the first. */
export type EnsembleTree = readonly (EnsembleSplit | EnsembleLeaf)[];

/** A TreeEnsembleRegressor that gives, for each row, `sumCount` sums over all trees' leaves. */
export function treeEnsembleNode(
  trees: readonly EnsembleTree[],
  sumCount: number,
  input: string,
  output: string,
): OnnxNode {
  const treeIds: number[] = [];
  const nodeIds: number[] = [];
  const modes: string[] = [];
  const columns: number[] = [];
  const thresholds: number[] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  const missing: number[] = [];
  const leafTrees: number[] = [];
  const leafNodes: number[] = [];
  const leafSums: number[] = [];
  const leafValues: number[] = [];

  trees.forEach((tree, treeId) => {
    tree.forEach((node, nodeId) => {
      const isSplit = 'threshold' in node;
      treeIds.push(treeId);
      nodeIds.push(nodeId);
      modes.push(isSplit ? 'BRANCH_LEQ' : 'LEAF');
      columns.push(isSplit ? node.column : 0);
      thresholds.push(isSplit ? node.threshold : 0);
      trueIds.push(isSplit ? node.whenTrue : 0);
      falseIds.push(isSplit ? node.whenFalse : 0);
      missing.push(isSplit && node.missingIsTrue ? 1 : 0);
      if (isSplit) return;
      for (let sum = 0; sum < sumCount; sum++) {
        leafTrees.push(treeId);
        leafNodes.push(nodeId);
        leafSums.push(sum);
        leafValues.push(node.sums[sum]!);
      }
    });
  });

  return {
    operator: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: [input],
    outputs: [output],
    attributes: {
      n_targets: { kind: 'integer', value: sumCount },
      aggregate_function: { kind: 'text', value: 'SUM' },
      post_transform: { kind: 'text', value: 'NONE' },
      nodes_treeids: { kind: 'integers', values: treeIds },
      nodes_nodeids: { kind: 'integers', values: nodeIds },
      nodes_modes: { kind: 'texts', values: modes },
      nodes_featureids: { kind: 'integers', values: columns },
      nodes_values: { kind: 'floats', values: thresholds },
      nodes_truenodeids: { kind: 'integers', values: trueIds },
      nodes_falsenodeids: { kind: 'integers', values: falseIds },
      nodes_missing_value_tracks_true: { kind: 'integers', values: missing },
      target_treeids: { kind: 'integers', values: leafTrees },
      target_nodeids: { kind: 'integers', values: leafNodes },
      target_ids: { kind: 'integers', values: leafSums },
      target_weights: { kind: 'floats', values: leafValues },
    },
  };
}
