import type { ProcessEvent } from '../src/event/index.ts';
import { elasticFeatures, type ImportedModel, importElasticModel } from '../src/problemchild/index.ts';
import { createRandom } from './random.ts';

/**
 * A made-up Elastic model of the size of the real ones: for every bigram position of the sample events a
 * frequency and a target mean, and `treeCount` trees of depth 6 over them. Its scores mean nothing.
 */
export function sampleModel(events: readonly ProcessEvent[], treeCount: number): ImportedModel {
  const random = createRandom(11);
  const counts = countBigrams(events);
  const preprocessors: object[] = [];
  const columns: string[] = [];
  for (const [field, values] of counts) {
    const frequencies = Object.fromEntries(
      [...values].map(([value, count]) => [value, count / events.length]),
    );
    const means = Object.fromEntries([...values.keys()].map((value) => [value, random()]));
    preprocessors.push(
      { frequency_encoding: { field, feature_name: `${field}_frequency`, frequency_map: frequencies } },
      {
        target_mean_encoding: {
          field,
          feature_name: `${field}_targetmean`,
          target_map: means,
          default_value: 0.17,
        },
      },
    );
    columns.push(`${field}_frequency`, `${field}_targetmean`);
  }
  return importElasticModel({
    model_id: 'sample',
    input: { field_names: [...counts.keys(), 'feature_cmd_recon'] },
    definition: {
      preprocessors,
      trained_model: {
        ensemble: {
          trained_models: Array.from({ length: treeCount }, () => ({ tree: sampleTree(columns, random) })),
          aggregate_output: { logistic_regression: {} },
          target_type: 'classification',
          classification_labels: ['0', '1'],
        },
      },
    },
  });
}

function countBigrams(events: readonly ProcessEvent[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const event of events) {
    for (const [field, value] of Object.entries(elasticFeatures(event, 'g2'))) {
      if (!field.includes('_2-gram_')) continue;
      const values = counts.get(field) ?? new Map<string, number>();
      counts.set(field, values);
      values.set(String(value), (values.get(String(value)) ?? 0) + 1);
    }
  }
  return counts;
}

const depth = 6;

function sampleTree(columns: readonly string[], random: () => number): object {
  const splits = 2 ** depth - 1;
  const nodes = Array.from({ length: 2 * splits + 1 }, (_, index) =>
    index < splits
      ? {
          split_feature: Math.floor(random() * columns.length),
          threshold: random() ** 3,
          decision_type: 'lt',
          left_child: 2 * index + 1,
          right_child: 2 * index + 2,
          default_left: random() < 0.5,
        }
      : { leaf_value: (random() - 0.5) / 10 },
  );
  return { feature_names: columns, tree_structure: nodes };
}
