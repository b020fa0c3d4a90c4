import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBundleEncoder,
  createScorer,
  importElasticModel,
  openModelSession,
  parseBundle,
} from '../../../src/problemchild/index.ts';
import {
  anyTree,
  type Columns,
  type DefinitionEnsemble,
  inferClass,
  inferEnsemble,
} from '../../support/elastic-inference.ts';
import { makeStart } from '../../support/process-event.ts';

const bigram = 'feature_command_line_2-gram_feature0';
const preprocessors = [
  {
    frequency_encoding: {
      field: bigram,
      feature_name: 'command0_frequency',
      frequency_map: { cm: 0.3, po: 0.1 + 0.2, ne: 0.30000000000000016 },
    },
  },
  {
    target_mean_encoding: {
      field: bigram,
      feature_name: 'command0_targetmean',
      target_map: { cm: 0.1, po: 0.9 },
      default_value: 0.1730051,
    },
  },
  {
    one_hot_encoding: {
      field: 'feature_integrity_level',
      hot_map: { high: 'integrity_high', low: 'integrity_low' },
    },
  },
];
const columnNames = [
  'command0_frequency',
  'command0_targetmean',
  'integrity_high',
  'integrity_low',
  'feature_cmd_recon',
];
const fieldNames = [bigram, 'feature_integrity_level', 'feature_cmd_recon'];

function makeConfig(ensemble: object, changes: object = {}): Record<string, unknown> {
  return {
    model_id: 'my_model_1.0',
    model_type: 'tree_ensemble',
    input: { field_names: fieldNames },
    definition: { preprocessors, trained_model: { ensemble } },
    ...changes,
  };
}

/** One split on an encoded bigram; logistic. */
function smallEnsemble(changes: object = {}): DefinitionEnsemble {
  return {
    trained_models: [
      {
        tree: {
          feature_names: columnNames,
          tree_structure: [
            { split_feature: 1, threshold: 0.5, decision_type: 'lt', left_child: 1, right_child: 2 },
            { leaf_value: -2 },
            { leaf_value: 2 },
          ],
        },
      },
    ],
    aggregate_output: { logistic_regression: {} },
    target_type: 'classification',
    classification_labels: ['0', '1'],
    ...changes,
  };
}

const commands = ['cmd /c dir', 'powershell', 'net user', 'whoami', 'x'];
const starts = commands.flatMap((commandLine) =>
  ['High', 'Low', undefined].map((integrityLevel) => makeStart({ commandLine, token: { integrityLevel } })),
);

/** What Elastic's preprocessors make of an event of `starts`, in double. */
function columnsOf({ process }: (typeof starts)[number]): Columns {
  const pair = process.commandLine!.length > 1 ? process.commandLine!.slice(0, 2) : '';
  const [frequency, mean] = [preprocessors[0]!.frequency_encoding!, preprocessors[1]!.target_mean_encoding!];
  const integrity = process.token.integrityLevel?.toLowerCase() ?? 'unknown';
  return {
    command0_frequency: (frequency.frequency_map as Record<string, number>)[pair] ?? 0,
    command0_targetmean: (mean.target_map as Record<string, number>)[pair] ?? mean.default_value,
    integrity_high: integrity === 'high' ? 1 : 0,
    integrity_low: integrity === 'low' ? 1 : 0,
    feature_cmd_recon: /whoami|net user/.test(process.commandLine!) ? 1 : 0,
  };
}

const thresholds = fc.constantFrom(
  0,
  0.1,
  0.1730051,
  0.3,
  0.1 + 0.2,
  0.30000000000000016,
  0.5,
  0.9,
  1,
  -1,
  1e300,
  -1e300,
  2 ** -149,
);
const smallNumber = fc.double({ min: -3, max: 3, noNaN: true });
const labels = { target_type: 'classification', classification_labels: ['0', '1'] };

function anyEnsemble(): fc.Arbitrary<DefinitionEnsemble> {
  return fc.constantFrom('logistic', 'logistic pairs', 'votes', 'mode of pairs').chain((shape) => {
    const leaf: fc.Arbitrary<number | number[]> = shape.includes('pairs')
      ? fc.tuple(smallNumber, smallNumber).map((pair) => [...pair])
      : shape === 'votes'
        ? fc.constantFrom(0, 1)
        : smallNumber;
    const tree = anyTree(columnNames, thresholds, leaf);
    return fc.array(tree, { minLength: 1, maxLength: 6 }).chain((trees) =>
      fc
        .record({
          weights: fc.option(fc.array(smallNumber, { minLength: trees.length, maxLength: trees.length }), {
            nil: undefined,
          }),
          classification_weights: fc.option(
            fc.tuple(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 2, noNaN: true })),
            { nil: undefined },
          ),
        })
        .map(({ weights, classification_weights }) => ({
          ...labels,
          trained_models: trees.map((only) => ({ tree: only })),
          aggregate_output: shape.startsWith('logistic')
            ? { logistic_regression: { ...(weights && { weights }) } }
            : { weighted_mode: { num_classes: 2, ...(weights && { weights }) } },
          ...(classification_weights && { classification_weights: [...classification_weights] }),
        })),
    );
  });
}

const splits = ({ trained_models }: DefinitionEnsemble) =>
  trained_models.some(({ tree }) => tree.tree_structure.length > 1);

describe('an imported model', () => {
  it('scores and decides as inference in double precision does', async () => {
    await fc.assert(
      fc.asyncProperty(anyEnsemble().filter(splits), async (ensemble) => {
        const scorer = await createScorer(importElasticModel(makeConfig(ensemble)), { maxRows: 4 });
        const predictions = await scorer.score(starts);
        await scorer.close();
        starts.forEach((event, index) => {
          const probabilities = inferEnsemble(ensemble, columnsOf(event));
          const { maliciousProbability, prediction, predictionProbability } = predictions[index]!;
          expect(Math.abs(maliciousProbability - probabilities[1])).toBeLessThan(1e-6);
          const [weight0 = 1, weight1 = 1] = ensemble.classification_weights ?? [];
          const isClose = Math.abs(probabilities[0] * weight0 - probabilities[1] * weight1) < 1e-5;
          if (!isClose) expect(prediction).toBe(inferClass(ensemble, probabilities));
          expect(predictionProbability).toBe(
            prediction === 1 ? maliciousProbability : 1 - maliciousProbability,
          );
        });
      }),
      { numRuns: 120 },
    );
  });

  it('sends missing values where default_left says, right when it says nothing', async () => {
    const branch = (default_left: boolean | undefined, decision_type: 'lte' | 'gt') => ({
      tree: {
        feature_names: columnNames,
        tree_structure: [
          {
            split_feature: 1,
            threshold: 0.5,
            decision_type,
            left_child: 1,
            right_child: 2,
            ...(default_left === undefined ? {} : { default_left }),
          },
          { leaf_value: 1 },
          { leaf_value: -1 },
        ],
      },
    });
    for (const decision of ['lte', 'gt'] as const) {
      for (const [defaultLeft, sum] of [
        [true, 1],
        [false, -1],
        [undefined, -1],
      ] as const) {
        const model = importElasticModel(
          makeConfig(smallEnsemble({ trained_models: [branch(defaultLeft, decision)] })),
        );
        const session = await openModelSession(model.weights, { width: 1 });
        const [probability] = await session.run(Float32Array.of(Number.NaN), 1);
        await session.close();
        expect(probability).toBeCloseTo(1 / (1 + Math.exp(-sum)), 6);
      }
    }
  });

  it('is a sound bundle with the columns its trees split on, and nothing more', () => {
    const { bundle, report } = importElasticModel(makeConfig(smallEnsemble()));
    expect(parseBundle(JSON.parse(JSON.stringify(bundle)), 'test')).toEqual(bundle);
    expect(bundle).toMatchObject({
      name: 'my_model_1.0',
      featureSet: { name: 'elastic-g2' },
      inputs: ['command0_targetmean'],
      encoders: [{ type: 'target_mean', output: 'command0_targetmean' }],
      classLabels: ['0', '1'],
      maliciousClass: 1,
      classificationWeights: [1, 1],
    });
    expect(report).toEqual({ generation: 'g2', trees: 1, inputs: 1, unknownFields: [], booleanInputs: [] });
    expect(createBundleEncoder(bundle).inputs).toEqual(['command0_targetmean']);
  });

  it('keeps values apart that only differ in double precision', () => {
    // 0.3 and 0.1 + 0.2 round to the same single; the split between them must still tell them apart.
    const ensemble = smallEnsemble();
    ensemble.trained_models[0]!.tree.tree_structure[0] = {
      split_feature: 0,
      threshold: 0.3,
      left_child: 1,
      right_child: 2,
    };
    const { bundle } = importElasticModel(makeConfig(ensemble));
    const [encoder] = bundle.encoders!;
    if (encoder?.type !== 'frequency') throw new Error('no frequency encoder');
    expect(Math.fround(encoder.values['po']!)).toBeGreaterThan(Math.fround(encoder.values['cm']!));
  });
});

describe('reading the file', () => {
  const ensemble = smallEnsemble();
  const whole = importElasticModel(makeConfig(ensemble));
  const compressed = (definition: unknown) => ({
    definition: undefined,
    compressed_definition: gzipSync(JSON.stringify(definition)).toString('base64'),
  });

  it('takes the answer of GET, a configuration, and a compressed definition alike', () => {
    const config = makeConfig(ensemble);
    const packed = { ...config, ...compressed(config['definition']) };
    expect(importElasticModel({ count: 1, trained_model_configs: [config] })).toEqual(whole);
    expect(importElasticModel(JSON.parse(JSON.stringify(packed)))).toEqual(whole);
  });

  it('picks a model by id', () => {
    const answer = {
      trained_model_configs: [
        makeConfig(ensemble, { model_id: 'a' }),
        makeConfig(ensemble, { model_id: 'b' }),
      ],
    };
    expect(importElasticModel(answer, { modelId: 'b' }).bundle.name).toBe('b');
    expect(() => importElasticModel(answer)).toThrow(/holds 2 models: "a", "b"/);
    expect(() => importElasticModel(answer, { modelId: 'c' })).toThrow(/no model "c"/);
  });

  it('stops inflating at its limit', () => {
    const config = makeConfig(ensemble, compressed({ preprocessors, padding: ' '.repeat(100_000) }));
    expect(() => importElasticModel(config, { maxInflatedBytes: 50_000 })).toThrow(/larger than 50000 bytes/);
  });

  it('reads a single preprocessor that is no list, and members of multi_encoding', () => {
    const [frequency, mean, oneHot] = preprocessors;
    const single = makeConfig(ensemble, { definition: { preprocessors: mean, trained_model: { ensemble } } });
    const multi = makeConfig(ensemble, {
      definition: {
        preprocessors: [{ multi_encoding: { processors: [frequency, mean] } }, oneHot],
        trained_model: { ensemble },
      },
    });
    expect(importElasticModel(single).bundle).toEqual(whole.bundle);
    expect(importElasticModel(multi).bundle).toEqual(whole.bundle);
  });

  it('knows a feature under the name that default_field_map gives it', async () => {
    const keyword = `${bigram}.keyword`;
    const mapped = makeConfig(ensemble, {
      input: { field_names: [keyword, ...fieldNames.slice(1)] },
      default_field_map: { [bigram]: keyword },
      definition: {
        preprocessors: [
          { target_mean_encoding: { ...preprocessors[1]!.target_mean_encoding, field: keyword } },
        ],
        trained_model: { ensemble },
      },
    });
    expect(importElasticModel(mapped).bundle).toEqual(whole.bundle);
  });

  it('gives the model only the fields of input.field_names', async () => {
    const hidden = smallEnsemble();
    hidden.trained_models.push({
      tree: {
        feature_names: columnNames,
        tree_structure: [
          { split_feature: 4, threshold: 0.5, left_child: 1, right_child: 2 },
          { leaf_value: -3 },
          { leaf_value: 3 },
        ],
      },
    });
    const model = importElasticModel(
      makeConfig(hidden, { input: { field_names: [bigram, 'feature_made_up'] } }),
      { generation: 'g2' },
    );
    expect(model.bundle.inputs).toEqual(['command0_targetmean']);
    expect(model.report.unknownFields).toEqual(['feature_made_up']);
    const scorer = await createScorer(model);
    const [prediction] = await scorer.score([makeStart({ commandLine: 'cmd /c dir' })]);
    await scorer.close();
    // The hidden flag is missing and goes right: -2 + 3.
    expect(prediction!.maliciousProbability).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  });

  it.each([
    ['missing', 1 / (1 + Math.exp(-5))],
    ['number', 1 / (1 + Math.exp(1))],
  ] as const)('takes a boolean that a tree splits on as %s', async (booleans, expected) => {
    const onBoolean = smallEnsemble({
      trained_models: [
        ...smallEnsemble({}).trained_models,
        {
          tree: {
            feature_names: ['feature_elevated'],
            tree_structure: [
              { split_feature: 0, threshold: 0.5, left_child: 1, right_child: 2 },
              { leaf_value: -3 },
              { leaf_value: 3 },
            ],
          },
        },
      ],
    });
    const model = importElasticModel(
      makeConfig(onBoolean, { input: { field_names: [...fieldNames, 'feature_elevated'] } }),
      { booleans },
    );
    expect(model.report.booleanInputs).toEqual(['feature_elevated']);
    const scorer = await createScorer(model);
    const [prediction] = await scorer.score([
      makeStart({ commandLine: 'powershell', token: { elevated: false } }),
    ]);
    await scorer.close();
    expect(prediction!.maliciousProbability).toBeCloseTo(expected, 6);
  });

  it('finds the malicious class by its label', async () => {
    const swapped = makeConfig(smallEnsemble({ classification_labels: ['malicious', 'benign'] }));
    const model = importElasticModel(swapped);
    expect(model.bundle.maliciousClass).toBe(0);
    const scorer = await createScorer(model);
    const [prediction] = await scorer.score([makeStart({ commandLine: 'powershell' })]);
    await scorer.close();
    expect(prediction).toMatchObject({ prediction: 0 });
    expect(prediction!.maliciousProbability).toBeCloseTo(1 / (1 + Math.exp(2)), 6);
    expect(() =>
      importElasticModel(makeConfig(smallEnsemble({ classification_labels: ['yes', 'no'] }))),
    ).toThrow(/say which label/);
    expect(
      importElasticModel(makeConfig(smallEnsemble({ classification_labels: ['yes', 'no'] })), {
        maliciousLabel: 'yes',
      }).bundle.maliciousClass,
    ).toBe(0);
  });

  it('feeds a model without the flags of generation 2 from generation 1', () => {
    const older = makeConfig(ensemble, { input: { field_names: [bigram] } });
    expect(importElasticModel(older).bundle.featureSet.name).toBe('elastic-g1');
  });

  it.each([
    [
      'a single tree of classes',
      {
        tree_structure: [
          { split_feature: 1, threshold: 0.5, left_child: 1, right_child: 2 },
          { leaf_value: 0 },
          { leaf_value: 1 },
        ],
      },
      1,
    ],
    [
      'a single tree of probabilities',
      {
        tree_structure: [
          { split_feature: 1, threshold: 0.5, left_child: 1, right_child: 2 },
          { leaf_value: [0.75, 0.25] },
          { leaf_value: [0.375, 0.625] },
        ],
      },
      0.625,
    ],
  ])('imports %s', async (_, changes, expected) => {
    const tree = { ...labels, feature_names: columnNames, ...changes };
    const scorer = await createScorer(
      importElasticModel(makeConfig({}, { definition: { preprocessors, trained_model: { tree } } })),
    );
    const [prediction] = await scorer.score([makeStart({ commandLine: 'powershell' })]);
    await scorer.close();
    expect(prediction!.maliciousProbability).toBe(expected);
  });
});

describe('refusals', () => {
  const leaf = { leaf_value: 1 };
  const split = { split_feature: 1, threshold: 0.5, left_child: 1, right_child: 2 };
  const withTree = (tree_structure: object[]) =>
    makeConfig(smallEnsemble({ trained_models: [{ tree: { feature_names: columnNames, tree_structure } }] }));
  const withPreprocessor = (preprocessor: object) =>
    makeConfig(
      {},
      { definition: { preprocessors: [preprocessor], trained_model: { ensemble: smallEnsemble() } } },
    );

  it.each<[string, unknown, RegExp]>([
    ['no object', null, /no JSON object/],
    ['a list', [], /expected object/],
    ['no definition', makeConfig({}, { definition: undefined }), /include=definition/],
    [
      'a definition that is no base64',
      makeConfig({}, { definition: undefined, compressed_definition: '%' }),
      /not base64/,
    ],
    [
      'a definition that is no gzip',
      makeConfig({}, { definition: undefined, compressed_definition: 'AAAA' }),
      /no gzip of JSON/,
    ],
    ['word embeddings', withPreprocessor({ custom_word_embedding: {} }), /custom_word_embedding/],
    ['an unknown preprocessor', withPreprocessor({ pca: {} }), /pca/],
    [
      'a preprocessor of the wrong shape',
      withPreprocessor({ frequency_encoding: { field: 1 } }),
      /preprocessors\.0\.frequency_encoding\.field/,
    ],
    [
      'a one-hot map onto one column',
      withPreprocessor({ one_hot_encoding: { field: 'a', hot_map: { x: 'c', y: 'c' } } }),
      /same column/,
    ],
    ['a regression', makeConfig(smallEnsemble({ target_type: 'regression' })), /target_type is regression/],
    ['a weighted sum', makeConfig(smallEnsemble({ aggregate_output: { weighted_sum: {} } })), /weighted_sum/],
    [
      'three classes',
      makeConfig(smallEnsemble({ classification_labels: ['0', '1', '2'] })),
      /two are needed/,
    ],
    [
      'too few weights',
      makeConfig(smallEnsemble({ aggregate_output: { logistic_regression: { weights: [] } } })),
      /1 trees and 0 weights/,
    ],
    [
      'an ensemble in an ensemble',
      makeConfig(smallEnsemble({ trained_models: [{ ensemble: {} }] })),
      /only trees/,
    ],
    [
      'a language model',
      makeConfig({}, { definition: { trained_model: { lang_ident_neural_network: {} } } }),
      /lang_ident_neural_network/,
    ],
    ['a cycle', withTree([split, { ...split, left_child: 0 }, leaf]), /reached twice/],
    ['a child that is not there', withTree([{ ...split, right_child: 9 }, leaf]), /node 9 is missing/],
    ['one child', withTree([{ split_feature: 1, threshold: 0.5, left_child: 1 }, leaf]), /one child/],
    ['a feature that is not there', withTree([{ ...split, split_feature: 9 }, leaf, leaf]), /feature 9 of 5/],
    ['a leaf without value', withTree([split, leaf, {}]), /leaf 2 has no leaf_value/],
    ['leaves of different sizes', withTree([split, leaf, { leaf_value: [1, 2] }]), /leaves hold 1 and 2/],
    ['nothing to split on', withTree([leaf]), /no tree splits/],
    [
      'fields of another model',
      makeConfig(smallEnsemble(), { input: { field_names: ['dns.question'] } }),
      /none of its 1 input/,
    ],
    [
      'a vote for a third class',
      makeConfig(
        smallEnsemble({
          aggregate_output: { weighted_mode: { num_classes: 2 } },
          trained_models: [
            { tree: { feature_names: columnNames, tree_structure: [split, { leaf_value: 2 }, leaf] } },
          ],
        }),
      ),
      /class 2/,
    ],
  ])('%s', (_, json, message) => {
    expect(() => importElasticModel(json)).toThrow(
      expect.objectContaining({ code: 'PC_MODEL_IMPORT', message: expect.stringMatching(message) }),
    );
  });
});
