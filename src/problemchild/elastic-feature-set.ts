import { createElasticEncoder } from './elastic-encoder.ts';
import { elasticFeatures, isBlocklisted, scalarFeatures } from './elastic-features.ts';
import type { ElasticGeneration } from './elastic-fields.ts';
import type { FeatureSet } from './feature-set.ts';

/**
 * A generation of Elastic's pipeline as a feature set. Without a model's encoders its columns are the
 * single-valued features, and those that are text are missing values.
 */
function elasticFeatureSet(generation: ElasticGeneration): FeatureSet {
  return {
    name: `elastic-${generation}`,
    version: 1,
    readsLineage: false,
    createEncoder: (parameters) =>
      createElasticEncoder(
        generation,
        parameters ?? {
          inputs: scalarFeatures[generation].map(({ name }) => name),
          booleans: 'number',
        },
      ),
    describe: (event) => elasticFeatures(event, generation),
  };
}

export const elasticG1: FeatureSet = { ...elasticFeatureSet('g1'), isBlocklisted };
export const elasticG2: FeatureSet = elasticFeatureSet('g2');
