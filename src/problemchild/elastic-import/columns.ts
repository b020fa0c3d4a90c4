import { elasticFeatureNames } from '../elastic-encoder.ts';
import { scalarFeatures } from '../elastic-features.ts';
import type { ElasticGeneration } from '../elastic-fields.ts';
import type { FieldEncoder } from '../field-encoder.ts';
import { encoderOutputs } from '../field-encoding.ts';
import { type ColumnScale, scaleAnyNumber, scaleValues } from './single-precision.ts';
import type { Cut, Tree } from './tree.ts';

/** Every number a column can hold, or `any`. */
export type ColumnValues = ReadonlySet<number> | 'any';

/**
 * What inference can find in each column, given the fields the model is let see. A column that is not here
 * is always missing.
 * @param encoders those whose fields are there, in order.
 */
export function findColumns(
  generation: ElasticGeneration,
  allowedFields: ReadonlySet<string>,
  encoders: readonly FieldEncoder[],
  booleans: 'missing' | 'number',
): Map<string, ColumnValues> {
  const columns = new Map<string, ColumnValues>();
  for (const name of elasticFeatureNames(generation)) if (allowedFields.has(name)) columns.set(name, 'any');
  for (const { name, kind } of scalarFeatures[generation]) {
    if (!columns.has(name) || kind === 'text') continue;
    if (kind === 'flag' || booleans === 'number') columns.set(name, new Set([0, 1]));
    else columns.delete(name);
  }
  for (const encoder of encoders) {
    for (const [output, values] of outputValues(encoder)) {
      const known = columns.get(output);
      columns.set(
        output,
        known === 'any' || values === 'any' ? 'any' : new Set([...(known ?? []), ...values]),
      );
    }
  }
  return columns;
}

function outputValues(encoder: FieldEncoder): [string, ColumnValues][] {
  switch (encoder.type) {
    case 'frequency':
      return [[encoder.output, new Set([0, ...Object.values(encoder.values)])]];
    case 'target_mean':
      return [[encoder.output, new Set([encoder.default, ...Object.values(encoder.values)])]];
    case 'one_hot':
      return encoderOutputs(encoder).map((column) => [column, new Set([0, 1])]);
    case 'n_gram':
      return encoderOutputs(encoder).map((field) => [field, 'any']);
  }
}

/** The encoders that can ever run: those whose field is there or made by an earlier one. */
export function selectEncoders(
  encoders: readonly FieldEncoder[],
  allowedFields: ReadonlySet<string>,
): FieldEncoder[] {
  const available = new Set(allowedFields);
  return encoders.filter((encoder) => {
    if (!available.has(encoder.field)) return false;
    for (const output of encoderOutputs(encoder)) available.add(output);
    return true;
  });
}

/** The columns that trees split on, in the order they are first met. */
export function usedColumns(trees: readonly Tree[]): string[] {
  const used = new Set<string>();
  for (const tree of trees) for (const node of tree) if ('column' in node) used.add(node.column);
  return [...used];
}

export function scaleColumns(
  columns: ReadonlyMap<string, ColumnValues>,
  trees: readonly Tree[],
): Map<string, ColumnScale> {
  const cuts = new Map<string, Cut[]>();
  for (const node of trees.flat()) {
    if (!('column' in node)) continue;
    const known = cuts.get(node.column);
    if (known === undefined) cuts.set(node.column, [node.cut]);
    else known.push(node.cut);
  }
  return new Map(
    [...cuts].map(([column, columnCuts]) => {
      const values = columns.get(column)!;
      return [column, values === 'any' ? scaleAnyNumber() : scaleValues(values, columnCuts)];
    }),
  );
}

/**
 * The encoders as the bundle needs them: without those that feed nothing, and with the few numbers moved
 * that single precision would put on the wrong side of a cut.
 */
export function finishEncoders(
  encoders: readonly FieldEncoder[],
  scales: ReadonlyMap<string, ColumnScale>,
): FieldEncoder[] {
  const needed = new Set(scales.keys());
  const read = new Set<string>();
  const finished: FieldEncoder[] = [];
  for (const encoder of encoders.toReversed()) {
    if (!encoderOutputs(encoder).some((output) => needed.has(output))) continue;
    needed.add(encoder.field);
    finished.push(moveValues(encoder, scales, read));
    read.add(encoder.field);
  }
  return finished.reverse();
}

function moveValues(
  encoder: FieldEncoder,
  scales: ReadonlyMap<string, ColumnScale>,
  read: ReadonlySet<string>,
): FieldEncoder {
  if (encoder.type !== 'frequency' && encoder.type !== 'target_mean') return encoder;
  const moved = scales.get(encoder.output)?.moved;
  // What a later encoder looks up by its digits must keep them.
  if (moved === undefined || moved.size === 0 || read.has(encoder.output)) return encoder;
  const place = (value: number) => moved.get(value) ?? value;
  const values = Object.fromEntries(
    Object.entries(encoder.values).map(([category, value]) => [category, place(value)]),
  );
  return encoder.type === 'frequency'
    ? { ...encoder, values }
    : { ...encoder, values, default: place(encoder.default) };
}
