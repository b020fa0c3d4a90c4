import { AgentError } from '../errors/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import {
  type BigramTable,
  buildBigramTable,
  type CategoryColumn,
  writeBigram,
  writeEmptyBigram,
} from './bigram-table.ts';
import {
  bigramName,
  bigramPositions,
  elasticFeatures,
  type ScalarFeature,
  scalarFeatures,
  type TextFeature,
  textFeatures,
} from './elastic-features.ts';
import { type ElasticFields, type ElasticGeneration, extractElasticFields } from './elastic-fields.ts';
import type { FeatureEncoder, FeatureParameters } from './feature-set.ts';
import type { FieldEncoder } from './field-encoder.ts';
import { encodeFields, encoderOutputs, own, toColumn } from './field-encoding.ts';

/**
 * The encoder of a model over Elastic's features. Encoders that read a feature and feed a column, which is
 * all that Elastic's own models have, are compiled to tables; where one feeds another, the whole row is
 * worked out by name, several times slower.
 * @throws AgentError PC_MODEL_INPUTS when no feature or encoder makes an input.
 */
export function createElasticEncoder(
  generation: ElasticGeneration,
  parameters: FeatureParameters,
): FeatureEncoder {
  requireInputs(generation, parameters);
  return isFlat(generation, parameters)
    ? compileElasticEncoder(generation, parameters)
    : interpretElasticEncoder(generation, parameters);
}

/** Names every feature of a generation can have. */
export function elasticFeatureNames(generation: ElasticGeneration): Set<string> {
  const names = new Set(scalarFeatures[generation].map(({ name }) => name));
  for (const { name } of textFeatures) {
    for (let position = 0; position < bigramPositions; position++) names.add(bigramName(name, position));
  }
  return names;
}

function requireInputs(generation: ElasticGeneration, parameters: FeatureParameters): void {
  const made = elasticFeatureNames(generation);
  for (const encoder of parameters.encoders ?? []) {
    if (!made.has(encoder.field)) {
      throw new AgentError(
        'PC_MODEL_INPUTS',
        `the ${encoder.type} encoder reads ${JSON.stringify(encoder.field)}, which elastic-${generation} does not have`,
      );
    }
    for (const output of encoderOutputs(encoder)) made.add(output);
  }
  const unknown = parameters.inputs.filter((name) => !made.has(name));
  if (unknown.length > 0) {
    throw new AgentError(
      'PC_MODEL_INPUTS',
      `nothing in elastic-${generation} or the encoders makes ${unknown.length} of ${parameters.inputs.length} inputs, the first ${JSON.stringify(unknown[0])}`,
    );
  }
}

/**
 * Whether every encoder reads a feature, feeds only columns, no two things share a name, and no bigram is
 * itself a column (a tree would read the number it spells).
 */
function isFlat(generation: ElasticGeneration, parameters: FeatureParameters): boolean {
  const scalars = new Set(scalarFeatures[generation].map(({ name }) => name));
  const taken = elasticFeatureNames(generation);
  if (parameters.inputs.some((name) => taken.has(name) && !scalars.has(name))) return false;
  const encoders = parameters.encoders ?? [];
  const readable = new Set(taken);
  for (const encoder of encoders) {
    if (encoder.type === 'n_gram' || !readable.has(encoder.field)) return false;
    for (const output of encoderOutputs(encoder)) {
      if (taken.has(output)) return false;
      taken.add(output);
    }
  }
  return true;
}

function interpretElasticEncoder(
  generation: ElasticGeneration,
  parameters: FeatureParameters,
): FeatureEncoder {
  return {
    width: parameters.inputs.length,
    inputs: parameters.inputs,
    write(event, out, offset) {
      out.set(encodeFields(elasticFeatures(event, generation), parameters), offset);
    },
  };
}

interface ScalarPlan {
  readonly feature: ScalarFeature;
  /** Numbers by category, one for each of `columns`. */
  readonly categories: ReadonlyMap<string, Float32Array>;
  readonly fallbacks: Float32Array;
  readonly columns: Int32Array;
  /** The column that takes the value itself, or -1. */
  readonly direct: number;
}

interface TextPlan {
  readonly feature: TextFeature;
  /** By position; `undefined` where the model does not look. */
  readonly tables: readonly (BigramTable | undefined)[];
}

/** Exported for the test that holds it equal to {@link encodeFields}. */
export function compileElasticEncoder(
  generation: ElasticGeneration,
  parameters: FeatureParameters,
): FeatureEncoder {
  const { inputs } = parameters;
  const booleans = parameters.booleans ?? 'missing';
  const columns = groupColumns(parameters);
  const direct = new Map(inputs.map((name, index) => [name, index]));
  const scalars = planScalars(generation, columns, direct);
  const texts = planTexts(columns);
  const width = inputs.length;

  return {
    width,
    inputs,
    write(event: ProcessEvent, out: Float32Array, offset: number): void {
      const fields = extractElasticFields(event, generation);
      out.fill(Number.NaN, offset, offset + width);
      for (const plan of scalars) writeScalar(plan, fields, booleans, out, offset);
      for (const plan of texts) writeText(plan, fields, out, offset);
    },
  };
}

/** The columns each field's encoders feed; columns the model does not take are left out. */
function groupColumns(parameters: FeatureParameters): Map<string, CategoryColumn[]> {
  const indexOf = new Map(parameters.inputs.map((name, index) => [name, index]));
  const groups = new Map<string, CategoryColumn[]>();
  for (const encoder of parameters.encoders ?? []) {
    const group = groups.get(encoder.field) ?? [];
    groups.set(encoder.field, group);
    for (const { output, values, fallback } of categoryMaps(encoder)) {
      const column = indexOf.get(output);
      if (column !== undefined) group.push({ column, values, fallback });
    }
  }
  return groups;
}

function categoryMaps(encoder: FieldEncoder) {
  switch (encoder.type) {
    case 'frequency':
      return [{ output: encoder.output, values: encoder.values, fallback: 0 }];
    case 'target_mean':
      return [{ output: encoder.output, values: encoder.values, fallback: encoder.default }];
    case 'one_hot':
      return Object.entries(encoder.columns).map(([category, output]) => ({
        output,
        values: Object.fromEntries([[category, 1]]),
        fallback: 0,
      }));
    case 'n_gram':
      return [];
  }
}

function planScalars(
  generation: ElasticGeneration,
  groups: ReadonlyMap<string, readonly CategoryColumn[]>,
  inputs: ReadonlyMap<string, number>,
): ScalarPlan[] {
  const plans: ScalarPlan[] = [];
  for (const feature of scalarFeatures[generation]) {
    const columns = groups.get(feature.name) ?? [];
    const direct = inputs.get(feature.name) ?? -1;
    if (columns.length === 0 && direct < 0) continue;
    const known = new Set(columns.flatMap(({ values }) => Object.keys(values)));
    const numbersOf = (category: string) =>
      Float32Array.from(columns, ({ values, fallback }) => own(values, category) ?? fallback);
    plans.push({
      feature,
      direct,
      columns: Int32Array.from(columns, ({ column }) => column),
      categories: new Map([...known].map((category) => [category, numbersOf(category)])),
      fallbacks: Float32Array.from(columns, ({ fallback }) => fallback),
    });
  }
  return plans;
}

function planTexts(groups: ReadonlyMap<string, readonly CategoryColumn[]>): TextPlan[] {
  const plans: TextPlan[] = [];
  for (const feature of textFeatures) {
    const tables = Array.from({ length: bigramPositions }, (_, position) => {
      const columns = groups.get(bigramName(feature.name, position)) ?? [];
      return columns.length === 0 ? undefined : buildBigramTable(columns);
    });
    const used = tables.findLastIndex((table) => table !== undefined) + 1;
    if (used > 0) plans.push({ feature, tables: tables.slice(0, used) });
  }
  return plans;
}

function writeScalar(
  plan: ScalarPlan,
  fields: ElasticFields,
  booleans: 'missing' | 'number',
  out: Float32Array,
  offset: number,
): void {
  const value = plan.feature.read(fields);
  const { columns } = plan;
  if (columns.length > 0) {
    const numbers = plan.categories.get(typeof value === 'string' ? value : String(value)) ?? plan.fallbacks;
    for (let index = 0; index < columns.length; index++) out[offset + columns[index]!] = numbers[index]!;
  }
  if (plan.direct >= 0) out[offset + plan.direct] = toColumn(value, booleans);
}

function writeText(plan: TextPlan, fields: ElasticFields, out: Float32Array, offset: number): void {
  const text = plan.feature.read(fields);
  const length = Math.min(text.length, bigramPositions);
  const { tables } = plan;
  const end = Math.min(length, tables.length);
  for (let position = 0; position < end; position++) {
    const table = tables[position];
    if (table === undefined) continue;
    if (position + 1 < length) {
      writeBigram(table, text.charCodeAt(position), text.charCodeAt(position + 1), out, offset);
    } else {
      writeEmptyBigram(table, out, offset);
    }
  }
}
