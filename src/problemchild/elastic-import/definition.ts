import * as z from 'zod';

/*
 * The parts of Elasticsearch's trained-model JSON that inference rests on. Elasticsearch adds keys from
 * version to version, so that unknown ones are let pass; the kinds of encoder, model and aggregation are not.
 */

const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const NumberMap = z.record(z.string(), z.number());

export const OneHotEncoding = z.object({ field: z.string(), hot_map: z.record(z.string(), z.string()) });
export const TargetMeanEncoding = z.object({
  field: z.string(),
  feature_name: z.string(),
  target_map: NumberMap,
  default_value: z.number(),
});
export const FrequencyEncoding = z.object({
  field: z.string(),
  feature_name: z.string(),
  frequency_map: NumberMap,
});
export const NGramEncoding = z.object({
  field: z.string(),
  feature_prefix: optional(z.string()),
  n_grams: z.array(z.int().min(1).max(5)).min(1),
  start: optional(z.int()),
  length: optional(z.int().min(1).max(100)),
});
/** Each preprocessor is an object with its kind as the only key. */
const Preprocessor = z.record(z.string(), z.unknown());
export const MultiEncoding = z.object({ processors: z.array(Preprocessor).min(2) });

const LeafValue = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1)]);

const TreeNode = z.object({
  split_feature: optional(z.int().min(0)),
  threshold: optional(z.number()),
  decision_type: optional(z.enum(['lt', 'lte', 'gt', 'gte'])),
  left_child: optional(z.int()),
  right_child: optional(z.int()),
  default_left: optional(z.boolean()),
  leaf_value: optional(LeafValue),
});
export type ElasticTreeNode = z.infer<typeof TreeNode>;

export const ElasticTree = z.object({
  feature_names: z.array(z.string()),
  tree_structure: z.array(TreeNode).min(1),
  target_type: optional(z.enum(['classification', 'regression'])),
  classification_labels: optional(z.array(z.string())),
});
export type ElasticTree = z.infer<typeof ElasticTree>;

export const Ensemble = z.object({
  trained_models: z.array(z.record(z.string(), z.unknown())).min(1),
  aggregate_output: z.record(z.string(), z.unknown()),
  target_type: z.enum(['classification', 'regression']),
  classification_labels: optional(z.array(z.string())),
  classification_weights: optional(z.array(z.number().min(0))),
});
export const Aggregation = z.object({
  weights: optional(z.array(z.number())),
  num_classes: optional(z.int()),
});

export const Definition = z.object({
  preprocessors: optional(z.union([z.array(Preprocessor), Preprocessor.transform((only) => [only])])),
  trained_model: z.record(z.string(), z.unknown()),
});
export type Definition = z.infer<typeof Definition>;

export const ModelConfig = z.object({
  model_id: z.string().min(1),
  model_type: optional(z.string()),
  create_time: optional(z.union([z.number(), z.string()])),
  version: optional(z.string()),
  description: optional(z.string()),
  input: z.object({ field_names: z.array(z.string()).min(1) }),
  default_field_map: optional(z.record(z.string(), z.string())),
  definition: optional(z.unknown()),
  compressed_definition: optional(z.string()),
});
export type ModelConfig = z.infer<typeof ModelConfig>;
