import { agentV1 } from './agent-v1/index.ts';
import { elasticG1, elasticG2 } from './elastic-feature-set.ts';
import type { FeatureSet } from './feature-set.ts';

/** Every feature set the agent has, by name. */
export const featureSets: Readonly<Record<string, FeatureSet>> = {
  [elasticG1.name]: elasticG1,
  [elasticG2.name]: elasticG2,
  [agentV1.name]: agentV1,
};
