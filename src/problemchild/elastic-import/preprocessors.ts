import type { FieldEncoder } from '../field-encoder.ts';
import {
  FrequencyEncoding,
  MultiEncoding,
  NGramEncoding,
  OneHotEncoding,
  TargetMeanEncoding,
} from './definition.ts';
import { read, readKind, refuse } from './refusal.ts';

/** Elasticsearch's preprocessors in our spelling, in the order they run; `multi_encoding` is its members. */
export function convertPreprocessors(
  preprocessors: readonly Readonly<Record<string, unknown>>[],
  place = 'preprocessors',
): FieldEncoder[] {
  return preprocessors.flatMap((preprocessor, index) => convert(preprocessor, `${place}.${index}`));
}

function convert(preprocessor: Readonly<Record<string, unknown>>, place: string): FieldEncoder[] {
  const [kind, body] = readKind(preprocessor, place);
  const at = `${place}.${kind}`;
  switch (kind) {
    case 'frequency_encoding': {
      const { field, feature_name, frequency_map } = read(FrequencyEncoding, body, at);
      return [{ type: 'frequency', field, output: feature_name, values: frequency_map }];
    }
    case 'target_mean_encoding': {
      const { field, feature_name, target_map, default_value } = read(TargetMeanEncoding, body, at);
      return [
        { type: 'target_mean', field, output: feature_name, values: target_map, default: default_value },
      ];
    }
    case 'one_hot_encoding':
      return [convertOneHot(read(OneHotEncoding, body, at), at)];
    case 'n_gram_encoding':
      return [convertNGram(read(NGramEncoding, body, at))];
    case 'multi_encoding':
      return convertPreprocessors(read(MultiEncoding, body, at).processors, `${at}.processors`);
    default:
      return refuse(`${place} is a ${kind}, a kind of preprocessor that is not supported`);
  }
}

function convertOneHot({ field, hot_map }: { field: string; hot_map: Record<string, string> }, at: string) {
  const columns = Object.values(hot_map);
  if (new Set(columns).size !== columns.length) refuse(`${at}.hot_map gives two values the same column`);
  return { type: 'one_hot', field, columns: hot_map } as const;
}

function convertNGram(encoding: ReturnType<typeof NGramEncoding.parse>): FieldEncoder {
  const start = encoding.start ?? 0;
  const length = encoding.length ?? 50;
  return {
    type: 'n_gram',
    field: encoding.field,
    prefix: encoding.feature_prefix ?? `ngram_${start}_${length}`,
    lengths: [...new Set(encoding.n_grams)],
    start,
    length,
  };
}
