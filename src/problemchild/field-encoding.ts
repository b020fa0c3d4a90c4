import type { FeatureParameters, FeatureValue, NamedFeatures } from './feature-set.ts';
import type { FieldEncoder, NGramEncoder } from './field-encoder.ts';
import { javaToString, parseJavaDouble } from './java-value.ts';

/**
 * Runs a model's encoders one by one over named features, as Elasticsearch does. It is the plain statement
 * of what they mean; {@link compileElasticEncoder} is the quick one for the encoders real models have.
 * @returns the model's columns; NaN is missing.
 */
export function encodeFields(features: NamedFeatures, parameters: FeatureParameters): number[] {
  const fields = new Map<string, FeatureValue>(Object.entries(features));
  const doubles = new Set<string>();
  for (const encoder of parameters.encoders ?? []) applyEncoder(encoder, fields, doubles);
  return parameters.inputs.map((name) => toColumn(fields.get(name), parameters.booleans ?? 'missing'));
}

/** What a tree is given for a raw value; NaN is missing. */
export function toColumn(value: FeatureValue | undefined, booleans: 'missing' | 'number'): number {
  if (value === undefined) return Number.NaN;
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  if (typeof value === 'string') return parseJavaDouble(value);
  return booleans === 'number' ? Number(value) : Number.NaN;
}

function applyEncoder(encoder: FieldEncoder, fields: Map<string, FeatureValue>, doubles: Set<string>): void {
  const value = fields.get(encoder.field);
  if (value === undefined) return;
  const text = javaToString(value, doubles.has(encoder.field));
  switch (encoder.type) {
    case 'frequency':
      fields.set(encoder.output, own(encoder.values, text) ?? 0);
      doubles.add(encoder.output);
      return;
    case 'target_mean':
      fields.set(encoder.output, own(encoder.values, text) ?? encoder.default);
      doubles.add(encoder.output);
      return;
    case 'one_hot':
      for (const [category, column] of Object.entries(encoder.columns)) {
        fields.set(column, category === text ? 1 : 0);
        doubles.delete(column);
      }
      return;
    case 'n_gram':
      for (const [name, gram] of cutNGrams(encoder, text)) fields.set(name, gram);
      return;
  }
}

/** The whole n-grams of the stretch `[start, start + length)`, by the name Elasticsearch gives each. */
function* cutNGrams(encoder: NGramEncoder, text: string): Iterable<[string, string]> {
  const from = encoder.start < 0 ? text.length + encoder.start : encoder.start;
  if (from < 0 || from > text.length) return;
  const end = Math.min(from + encoder.length, text.length);
  for (const n of encoder.lengths) {
    for (let position = 0; from + position + n <= end; position++) {
      yield [nGramName(encoder, n, position), text.substring(from + position, from + position + n)];
    }
  }
}

/** Length and position stand together without a separator: bigram 0 is `<prefix>.20`. */
function nGramName(encoder: NGramEncoder, n: number, position: number): string {
  return `${encoder.prefix}.${n}${position}`;
}

/** The names of all fields an encoder may make. */
export function encoderOutputs(encoder: FieldEncoder): string[] {
  switch (encoder.type) {
    case 'frequency':
    case 'target_mean':
      return [encoder.output];
    case 'one_hot':
      return Object.values(encoder.columns);
    case 'n_gram':
      return encoder.lengths.flatMap((n) =>
        Array.from({ length: Math.max(0, encoder.length - n + 1) }, (_, position) =>
          nGramName(encoder, n, position),
        ),
      );
  }
}

/** A value of a map whose keys come from a file: never one that the map inherits, such as `constructor`. */
export function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
