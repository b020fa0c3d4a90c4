export { elasticFeatures, isBlocklisted } from './elastic-features.ts';
export type { ElasticGeneration } from './elastic-fields.ts';
export type {
  FeatureEncoder,
  FeatureParameters,
  FeatureSet,
  FeatureValue,
  JsonValue,
  NamedFeatures,
} from './feature-set.ts';
export type { FieldEncoder } from './field-encoder.ts';
export type { Prediction } from './prediction.ts';
