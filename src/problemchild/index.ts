export type { Bundle } from './bundle.ts';
export { parseBundle } from './bundle.ts';
export { type LoadedBundle, loadBundle } from './bundle-loader.ts';
export { saveBundle } from './bundle-writer.ts';
export { type DecisionRule, decideClass } from './class-decision.ts';
export {
  compareDrift,
  createDriftTally,
  type DriftCounts,
  type DriftField,
  type DriftTally,
  type FieldDrift,
  mergeDriftCounts,
  type ProviderCounts,
  type ProviderDrift,
} from './drift.ts';
export { elasticFeatures } from './elastic-features.ts';
export type { ElasticGeneration } from './elastic-fields.ts';
export {
  type ImportedModel,
  type ImportOptions,
  type ImportReport,
  importElasticModel,
} from './elastic-import/index.ts';
export type { Contribution, Explainer } from './explainer.ts';
export { createExplainer } from './explanation-loader.ts';
export type {
  FeatureEncoder,
  FeatureParameters,
  FeatureSet,
  FeatureValue,
  JsonValue,
  NamedFeatures,
} from './feature-set.ts';
export { featureSets } from './feature-sets.ts';
export type { FieldEncoder } from './field-encoder.ts';
export { type ModelSession, type ModelSessionOptions, openModelSession } from './model-session.ts';
export type { Prediction } from './prediction.ts';
export { createBundleEncoder, createScorer, openScorer, type Scorer, type ScorerOptions } from './scorer.ts';
