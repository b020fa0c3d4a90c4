import { createHash } from 'node:crypto';
import type { Bundle, FieldEncoder, LoadedBundle } from '../../src/problemchild/index.ts';
import { encodeOnnxModel, inputName, outputName } from '../../src/problemchild/onnx/onnx-model.ts';
import { type EnsembleTree, treeEnsembleNode } from '../../src/problemchild/onnx/tree-ensemble.ts';

/** Small encoders of each kind that Elastic's own models have. */
export const smallEncoders: readonly FieldEncoder[] = [
  {
    type: 'frequency',
    field: 'feature_command_line_2-gram_feature0',
    output: 'command0_frequency',
    values: { cm: 0.25, po: 0.5, '': 0.125 },
  },
  {
    type: 'target_mean',
    field: 'feature_command_line_2-gram_feature0',
    output: 'command0_targetmean',
    values: { cm: 0.1, po: 0.9 },
    default: 0.17,
  },
  {
    type: 'one_hot',
    field: 'feature_integrity_level',
    columns: { high: 'integrity_high', low: 'integrity_low' },
  },
];

export const smallInputs: readonly string[] = [
  'command0_frequency',
  'command0_targetmean',
  'integrity_high',
  'feature_cmd_defense_evasion',
];

/** Two stumps and a sigmoid: an encoded command or a command that begins with `po` is suspicious. */
export function smallNetwork(width: number = smallInputs.length): Uint8Array {
  const stump = (column: number, threshold: number, low: number, high: number): EnsembleTree => [
    { column, threshold, missingIsTrue: true, whenTrue: 1, whenFalse: 2 },
    { sums: [low] },
    { sums: [high] },
  ];
  return encodeOnnxModel({
    width,
    nodes: [
      treeEnsembleNode([stump(3, 0.5, -2, 2), stump(1, 0.5, -1, 1)], 1, inputName, 'sum'),
      { operator: 'Sigmoid', inputs: ['sum'], outputs: [outputName] },
    ],
  });
}

/** A sound bundle over `elastic-g2`, with what a test says differs. */
export function makeBundle(
  changes: Partial<Bundle> = {},
  weights: Uint8Array = smallNetwork(),
): LoadedBundle {
  return {
    weights,
    bundle: {
      formatVersion: 1,
      name: 'small',
      featureSet: { name: 'elastic-g2', version: 1 },
      inputs: smallInputs,
      encoders: smallEncoders,
      weights: { sha256: createHash('sha256').update(weights).digest('hex') },
      classLabels: ['benign', 'malicious'],
      maliciousClass: 1,
      decisionThreshold: 0.5,
      highProbabilityThreshold: 0.98,
      training: { rows: 2 },
      metrics: {},
      ...changes,
    },
  };
}
