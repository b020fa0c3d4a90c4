import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileElasticEncoder,
  createElasticEncoder,
  elasticFeatureNames,
} from '../../src/problemchild/elastic-encoder.ts';
import type { ElasticGeneration } from '../../src/problemchild/elastic-fields.ts';
import type { FeatureParameters } from '../../src/problemchild/feature-set.ts';
import { encodeFields } from '../../src/problemchild/field-encoding.ts';
import { elasticFeatures, type FieldEncoder, featureSets } from '../../src/problemchild/index.ts';
import { smallEncoders, smallInputs } from '../support/elastic-model.ts';
import { hostileText } from '../support/elastic-pipeline.ts';
import { makeProcessEvent, makeStart } from '../support/process-event.ts';

const optionalText = fc.option(hostileText, { nil: undefined });
const optionalBoolean = fc.option(fc.boolean(), { nil: undefined });
const anyEvent = fc
  .record({
    action: optionalText,
    user: fc.record({ id: fc.constantFrom('S-1-5-18', 'S-1-5-21-1', undefined) }),
    process: fc.record({
      name: optionalText,
      executable: optionalText,
      commandLine: optionalText,
      originalFileName: optionalText,
      signature: fc.record({ exists: optionalBoolean, trusted: optionalBoolean }),
      token: fc.record({
        integrityLevel: fc.constantFrom('High', 'low', undefined),
        elevated: optionalBoolean,
      }),
      parent: fc.record({ name: optionalText, executable: optionalText }),
    }),
  })
  .map(makeProcessEvent);

const category = fc.oneof(
  fc.constantFrom(
    '',
    'c:',
    'us',
    'wi',
    '\\w',
    'he',
    'ex',
    'un',
    'high',
    'low',
    'unknown',
    'true',
    'false',
    '1',
    '0',
    'S-1-5-18',
    'win_system_dir',
    '__proto__',
    'constructor',
    '\uffff\uffff',
    '\ud83d\ude00',
  ),
  fc.string({ unit: 'binary', minLength: 2, maxLength: 2 }),
);
const number = fc.double({ min: -10, max: 10, noNaN: true });
const numbers = fc.dictionary(category, number, { maxKeys: 12 });

/** Encoders over the features of a generation, and some of the columns they make in any order. */
function anyParameters(generation: ElasticGeneration): fc.Arbitrary<FeatureParameters> {
  const fields = [...elasticFeatureNames(generation)].filter((name) => !/feature[2-9][0-9]$/.test(name));
  const encoder = fc.oneof(
    fc.record({
      type: fc.constant('frequency' as const),
      field: fc.constantFrom(...fields),
      values: numbers,
    }),
    fc.record({
      type: fc.constant('target_mean' as const),
      field: fc.constantFrom(...fields),
      values: numbers,
      default: number,
    }),
    fc.record({
      type: fc.constant('one_hot' as const),
      field: fc.constantFrom(...fields),
      categories: fc.uniqueArray(category, { maxLength: 6 }),
    }),
  );
  const scalars = [
    'feature_elevated',
    'feature_event_action',
    'feature_process_name',
    ...(generation === 'g2' ? ['feature_cmd_recon'] : []),
  ];
  return fc
    .record({
      drafts: fc.array(encoder, { maxLength: 12 }),
      direct: fc.subarray(scalars),
      booleans: fc.constantFrom('missing' as const, 'number' as const),
      seed: fc.nat(),
    })
    .map(({ drafts, direct, booleans, seed }) => {
      const columns: string[] = [...direct];
      const encoders = drafts.map((draft, index): FieldEncoder => {
        if (draft.type === 'one_hot') {
          const map = draft.categories.map((value, at) => [value, `column${index}.${at}`] as const);
          columns.push(...map.map(([, column]) => column));
          return { type: 'one_hot', field: draft.field, columns: Object.fromEntries(map) };
        }
        columns.push(`column${index}`);
        return { ...draft, output: `column${index}` };
      });
      const kept = columns.filter((_, index) => (seed >> (index % 20)) % 3 !== 0);
      return {
        inputs: kept.toSorted((a, b) => ((a.length * seed) % 7) - ((b.length * seed) % 7)),
        encoders,
        booleans,
      };
    });
}

describe.each(['g1', 'g2'] as const)('the compiled encoder of %s', (generation) => {
  it('writes what running each encoder by name gives, and nothing beside its row', () => {
    fc.assert(
      fc.property(
        anyParameters(generation),
        fc.array(anyEvent, { minLength: 1, maxLength: 4 }),
        (parameters, events) => {
          const encoder = compileElasticEncoder(generation, parameters);
          for (const event of events) {
            const out = new Float32Array(encoder.width + 2).fill(-7);
            encoder.write(event, out, 1);
            const expected = encodeFields(elasticFeatures(event, generation), parameters).map(Math.fround);
            expect([...out]).toEqual([-7, ...expected, -7]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('createElasticEncoder', () => {
  const encode = (parameters: FeatureParameters, commandLine: string) => {
    const encoder = createElasticEncoder('g2', parameters);
    const row = new Float32Array(encoder.width);
    encoder.write(makeStart({ commandLine }), row, 0);
    return [...row];
  };

  it('gives known, unknown and missing values of each kind their numbers', () => {
    const parameters = { inputs: smallInputs, encoders: smallEncoders };
    const fround = (values: number[]) => values.map(Math.fround);
    expect(encode(parameters, 'powershell -enc x')).toEqual(fround([0.5, 0.9, 0, 1]));
    expect(encode(parameters, 'zz')).toEqual(fround([0, 0.17, 0, 0]));
    expect(encode(parameters, 'z')).toEqual(fround([0.125, 0.17, 0, 0]));
    const late = {
      type: 'frequency',
      field: 'feature_command_line_2-gram_feature9',
      output: 'late',
      values: {},
    } as const;
    expect(encode({ inputs: ['late'], encoders: [late] }, 'short')).toEqual([Number.NaN]);
  });

  it('runs n-grams and what is fed by them', () => {
    const encoders: FieldEncoder[] = [
      { type: 'n_gram', field: 'feature_command_line', prefix: 'g', lengths: [2], start: -3, length: 3 },
      { type: 'frequency', field: 'g.21', output: 'last', values: { yz: 0.5 } },
      { type: 'one_hot', field: 'last', columns: { '0.5': 'half', '0.0': 'zero' } },
    ];
    expect(encode({ inputs: ['last', 'half', 'zero'], encoders }, 'vwxyz')).toEqual([0.5, 1, 0]);
    expect(encode({ inputs: ['last', 'half', 'zero'], encoders }, 'vw')).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('reads the number in a text that a tree takes directly', () => {
    const inputs = ['feature_command_line', 'feature_command_line_2-gram_feature0'];
    expect(encode({ inputs }, '12')).toEqual([12, 12]);
    expect(encode({ inputs }, '1x')).toEqual([Number.NaN, Number.NaN]);
  });

  it('names an input that nothing makes', () => {
    expect(() => createElasticEncoder('g2', { inputs: ['feature_process_name', 'nothing'] })).toThrow(
      expect.objectContaining({ code: 'PC_MODEL_INPUTS', message: expect.stringContaining('"nothing"') }),
    );
    expect(() => createElasticEncoder('g1', { inputs: ['feature_cmd_recon'] })).toThrow(
      expect.objectContaining({ code: 'PC_MODEL_INPUTS' }),
    );
    expect(() =>
      createElasticEncoder('g1', {
        inputs: ['x'],
        encoders: [{ type: 'frequency', field: 'feature_cmd_recon', output: 'x', values: {} }],
      }),
    ).toThrow(expect.objectContaining({ code: 'PC_MODEL_INPUTS' }));
  });

  it('has columns of its own without a model', () => {
    const encoder = featureSets['elastic-g2']!.createEncoder();
    const row = new Float32Array(encoder.width);
    encoder.write(makeStart({ commandLine: 'whoami' }), row, 0);
    expect(row[encoder.inputs.indexOf('feature_cmd_recon')]).toBe(1);
    expect(row[encoder.inputs.indexOf('feature_ends_with_exe')]).toBe(1);
  });
});
