import { createHash } from 'node:crypto';
import { type Bundle, bundleFormatVersion } from '../bundle.ts';
import type { LoadedBundle } from '../bundle-loader.ts';
import { elasticFeatureNames } from '../elastic-encoder.ts';
import { elasticG1, elasticG2 } from '../elastic-feature-set.ts';
import { scalarFeatures } from '../elastic-features.ts';
import type { ElasticGeneration } from '../elastic-fields.ts';
import type { FieldEncoder } from '../field-encoder.ts';
import { encoderOutputs } from '../field-encoding.ts';
import { findColumns, finishEncoders, scaleColumns, selectEncoders, usedColumns } from './columns.ts';
import type { ElasticTree, ModelConfig } from './definition.ts';
import { readEnsemble } from './ensemble.ts';
import { maxDefinitionBytes, readDefinition, readModelConfig } from './model-config.ts';
import { encodeNetwork } from './network.ts';
import { convertPreprocessors } from './preprocessors.ts';
import { refuse } from './refusal.ts';
import { readTree } from './tree.ts';

export interface ImportOptions {
  /** Which model, where the file holds several. */
  readonly modelId?: string;
  /** Name of the bundle; default the model's id. */
  readonly name?: string;
  /** Which pipeline feeds it; default `g2` when it asks for a feature that only `g2` has, else `g1`. */
  readonly generation?: ElasticGeneration;
  /** The class that means malicious; default the one labelled 1, true or malicious. */
  readonly maliciousLabel?: string;
  /**
   * What a tree that splits on a boolean itself is given. `missing`, the default, is what Elasticsearch's
   * inference does with a document's boolean; `number` is what the model was trained on.
   */
  readonly booleans?: 'missing' | 'number';
  /** Most bytes a compressed definition may inflate to. */
  readonly maxInflatedBytes?: number;
}

/** What a person should know of an import. */
export interface ImportReport {
  readonly generation: ElasticGeneration;
  readonly trees: number;
  readonly inputs: number;
  /** Fields the model asks for that the pipeline does not make: always missing, in Elasticsearch too. */
  readonly unknownFields: readonly string[];
  /** Booleans that trees split on without an encoder; `booleans` decides what they are given. */
  readonly booleanInputs: readonly string[];
}

export interface ImportedModel extends LoadedBundle {
  readonly report: ImportReport;
}

/** The cut between Elastic's high and low probability rules. */
const elasticHighProbability = 0.98;

/**
 * Makes a bundle of an Elasticsearch trained model: the same preprocessors, the same trees, the same class
 * decision. Probabilities agree with double arithmetic to about 1e-6.
 * @param json the parsed answer of `GET _ml/trained_models/<id>?include=definition`, or one configuration of it.
 * @throws AgentError PC_MODEL_IMPORT saying what cannot be imported.
 */
export function importElasticModel(json: unknown, options: ImportOptions = {}): ImportedModel {
  const config = readModelConfig(json, options.modelId);
  const definition = readDefinition(config, options.maxInflatedBytes ?? maxDefinitionBytes);
  const ensemble = readEnsemble(definition.trained_model);
  const toFeature = featureNaming(config);
  const fields = new Set(config.input.field_names.map(toFeature));
  const generation = options.generation ?? guessGeneration(fields);
  const booleans = options.booleans ?? 'missing';

  const featureNames = elasticFeatureNames(generation);
  const allowedFields = new Set([...fields].filter((field) => featureNames.has(field)));
  if (allowedFields.size === 0)
    refuse(`none of its ${fields.size} input.field_names is a feature of elastic-${generation}`);
  const encoders = selectEncoders(
    convertPreprocessors(definition.preprocessors ?? []).map((encoder) => renameField(encoder, toFeature)),
    allowedFields,
  );
  const columns = findColumns(generation, allowedFields, encoders, booleans);
  const sources = ensemble.trees.map((tree) => renameColumns(tree, toFeature, encoders));
  const trees = sources.map((tree, index) =>
    readTree(tree, (column) => columns.has(column), `tree ${index}`),
  );
  const inputs = usedColumns(trees);
  if (inputs.length === 0) refuse('no tree splits on anything the pipeline makes');

  const scales = scaleColumns(columns, trees);
  const maliciousClass = findMaliciousClass(ensemble.classLabels, options.maliciousLabel);
  const { weights: treeWeights, combination } = ensemble;
  const weights = encodeNetwork({ trees, weights: treeWeights, combination, maliciousClass, inputs, scales });
  const featureSet = generation === 'g1' ? elasticG1 : elasticG2;
  const bundle: Bundle = {
    formatVersion: bundleFormatVersion,
    name: options.name ?? config.model_id.replaceAll(/[^A-Za-z0-9._-]/g, '-'),
    featureSet: { name: featureSet.name, version: featureSet.version },
    inputs,
    encoders: finishEncoders(encoders, scales),
    booleans,
    weights: { sha256: createHash('sha256').update(weights).digest('hex') },
    classLabels: [...ensemble.classLabels],
    maliciousClass,
    decisionThreshold: 0.5,
    highProbabilityThreshold: elasticHighProbability,
    classificationWeights: [...ensemble.classificationWeights],
    training: describeOrigin(config),
    metrics: {},
  };
  return {
    bundle,
    weights,
    report: {
      generation,
      trees: trees.length,
      inputs: inputs.length,
      unknownFields: [...fields].filter((field) => !featureNames.has(field)),
      booleanInputs: findBooleanInputs(sources, generation, encoders),
    },
  };
}

/** A document's field is known to the model under the name that `default_field_map` gives it. */
function featureNaming({ default_field_map = {} }: ModelConfig): (name: string) => string {
  const featureOf = new Map(Object.entries(default_field_map).map(([field, name]) => [name, field]));
  return (name) => featureOf.get(name) ?? name;
}

function renameField(encoder: FieldEncoder, toFeature: (name: string) => string): FieldEncoder {
  return { ...encoder, field: toFeature(encoder.field) };
}

function renameColumns(
  tree: ElasticTree,
  toFeature: (name: string) => string,
  encoders: readonly FieldEncoder[],
): ElasticTree {
  const made = new Set(encoders.flatMap(encoderOutputs));
  return {
    ...tree,
    feature_names: tree.feature_names.map((name) => (made.has(name) ? name : toFeature(name))),
  };
}

function guessGeneration(fields: ReadonlySet<string>): ElasticGeneration {
  const older = new Set(scalarFeatures.g1.map(({ name }) => name));
  return scalarFeatures.g2.some(({ name }) => fields.has(name) && !older.has(name)) ? 'g2' : 'g1';
}

const maliciousNames: readonly string[] = ['1', 'true', 'malicious'];

function findMaliciousClass(labels: readonly [string, string], wanted: string | undefined): 0 | 1 {
  const isMalicious = (label: string) =>
    wanted === undefined ? maliciousNames.includes(label.toLowerCase()) : label === wanted;
  if (isMalicious(labels[0]) !== isMalicious(labels[1])) return isMalicious(labels[0]) ? 0 : 1;
  return refuse(`its classes are ${JSON.stringify(labels)}; say which label means malicious`);
}

function findBooleanInputs(
  trees: readonly ElasticTree[],
  generation: ElasticGeneration,
  encoders: readonly FieldEncoder[],
): string[] {
  const made = new Set(encoders.flatMap(encoderOutputs));
  const split = new Set<string>();
  for (const { feature_names, tree_structure } of trees) {
    for (const { split_feature } of tree_structure) {
      if (split_feature !== undefined) split.add(feature_names[split_feature] ?? '');
    }
  }
  return scalarFeatures[generation]
    .filter(({ name, kind }) => kind === 'boolean' && split.has(name) && !made.has(name))
    .map(({ name }) => name);
}

function describeOrigin(config: ModelConfig): Bundle['training'] {
  return {
    origin: 'imported from an Elasticsearch trained model',
    modelId: config.model_id,
    ...(config.create_time === undefined ? {} : { createTime: config.create_time }),
    ...(config.version === undefined ? {} : { elasticsearchVersion: config.version }),
  };
}
