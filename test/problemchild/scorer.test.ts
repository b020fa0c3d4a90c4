import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createBundleEncoder,
  createScorer,
  type LoadedBundle,
  loadBundle,
  openModelSession,
  openScorer,
  type Scorer,
} from '../../src/problemchild/index.ts';
import { encodeOnnxModel, inputName, outputName } from '../../src/problemchild/onnx/onnx-model.ts';
import { makeBundle, smallInputs } from '../support/elastic-model.ts';
import { hostileText } from '../support/elastic-pipeline.ts';
import { makeProcessEvent, makeStart } from '../support/process-event.ts';

const shippedModel = join(import.meta.dirname, '../../models/agent-v1');
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

describe('score', () => {
  let scorer: Scorer;
  beforeAll(async () => {
    scorer = await createScorer(makeBundle());
  });
  afterAll(() => scorer.close());

  it('gives one prediction for each event, in their order', async () => {
    const predictions = await scorer.score([
      makeStart({ commandLine: 'powershell -enc x' }),
      makeStart({ commandLine: 'cmd' }),
      makeStart({ commandLine: 'cmd -enc x' }),
    ]);
    expect(predictions.map(({ prediction }) => prediction)).toEqual([1, 0, 1]);
    expect(predictions[0]!.maliciousProbability).toBeCloseTo(sigmoid(3), 6);
    expect(predictions[1]!.predictionProbability).toBeCloseTo(1 - sigmoid(-3), 6);
    expect(predictions[2]!.blocklistLabel).toBeUndefined();
  });

  it('takes no events and more than fit at a time', async () => {
    expect(await scorer.score([])).toEqual([]);
    const many = Array.from({ length: 600 }, (_, index) =>
      makeStart({ commandLine: index % 2 ? 'po -enc ' : 'x' }),
    );
    const predictions = await scorer.score(many);
    expect(predictions.map(({ prediction }) => prediction)).toEqual(many.map((_, index) => index % 2));
  });

  it.skipIf(!existsSync(shippedModel))(
    'says the same of a start it remembers as of one it does not',
    async () => {
      const starts = Array.from({ length: 700 }, (_, index) =>
        makeStart({ commandLine: `powershell -enc ${'x'.repeat(index % 7)}`, pid: index }),
      );
      const remembering = await openScorer(shippedModel);
      const together = await remembering.score(starts);
      const again = await remembering.score(starts);
      await remembering.close();
      expect(again).toEqual(together);
      for (let index = 0; index < 7; index++) {
        const fresh = await openScorer(shippedModel);
        expect(await fresh.score([starts[index]!])).toEqual([together[index + 693]]);
        await fresh.close();
      }
    },
  );

  it('keeps calls that overlap apart', async () => {
    const [first, second, third] = await Promise.all([
      scorer.score([makeStart({ commandLine: 'po -enc ' })]),
      scorer.score([makeStart({ commandLine: 'x' })]),
      scorer.score([makeStart({ commandLine: 'po -enc ' })]),
    ]);
    expect(first).toEqual(third);
    expect(first).not.toEqual(second);
  });

  it('labels what generation 1 calls benign and its blocklist does not', async () => {
    const inputs = ['command0_frequency', 'command0_targetmean', 'integrity_high', 'integrity_low'];
    const older = await createScorer(makeBundle({ featureSet: { name: 'elastic-g1', version: 1 }, inputs }));
    const predictions = await older.score([
      makeStart({ commandLine: 'net user administrator' }),
      makeStart({ commandLine: 'dir' }),
      makeStart({ commandLine: 'powershell -password x', token: { integrityLevel: 'low' } }),
    ]);
    await older.close();
    expect(predictions.map(({ prediction, blocklistLabel }) => [prediction, blocklistLabel])).toEqual([
      [0, 1],
      [0, undefined],
      [1, undefined],
    ]);
  });
});

describe('a model that gives no probability', () => {
  const sumThen = (operator: string) =>
    encodeOnnxModel({
      width: smallInputs.length,
      nodes: [
        { operator: 'ReduceSum', inputs: [inputName, 'axis'], outputs: ['sum'] },
        { operator, inputs: ['sum'], outputs: [outputName] },
      ],
      constants: [{ name: 'axis', dims: [1], type: 'int64', values: [1] }],
    });

  it('is an error naming model and event, never a silent zero', async () => {
    // A bigram past the end of the command line is missing, and a sum with a missing value is NaN.
    const inputs = [...smallInputs.slice(0, 3), 'late'];
    const late = {
      type: 'frequency',
      field: 'feature_command_line_2-gram_feature90',
      output: 'late',
      values: {},
    } as const;
    const { encoders = [] } = makeBundle().bundle;
    const scorer = await createScorer(
      makeBundle({ inputs, encoders: [...encoders, late] }, sumThen('Sigmoid')),
    );
    const event = makeProcessEvent({ id: 'event-7', position: { source: 'a.ndjson', record: 3 } });
    await expect(scorer.score([event])).rejects.toEqual(
      expect.objectContaining({
        code: 'PC_MODEL_OUTPUT',
        message: 'model small gave NaN for event event-7',
        where: 'a.ndjson:3',
      }),
    );
    await scorer.close();
  });

  it('refuses numbers outside 0 to 1', async () => {
    const scorer = await createScorer(makeBundle({}, sumThen('Exp')));
    await expect(scorer.score([makeStart({ commandLine: 'po -enc ' })])).rejects.toEqual(
      expect.objectContaining({ code: 'PC_MODEL_OUTPUT' }),
    );
    await scorer.close();
  });
});

describe('batches', () => {
  it('runs a network whose answers depend on the batch one row at a time', async () => {
    const weights = encodeOnnxModel({
      width: 2,
      nodes: [
        { operator: 'ReduceMean', inputs: [inputName], outputs: ['mean'] },
        { operator: 'Sub', inputs: [inputName, 'mean'], outputs: ['centred'] },
        {
          operator: 'Gather',
          inputs: ['centred', 'first'],
          outputs: [outputName],
          attributes: { axis: { kind: 'integer', value: 1 } },
        },
      ],
      constants: [{ name: 'first', dims: [1], type: 'int64', values: [0] }],
    });
    const session = await openModelSession(weights, { width: 2 });
    expect(session.maxRows).toBe(1);
    await session.close();
  });

  it('runs tree ensembles many rows at a time', async () => {
    const session = await openModelSession(makeBundle().weights, { width: 4, maxRows: 64 });
    expect(session.maxRows).toBe(64);
    await session.close();
  });

  const models = join(import.meta.dirname, '../../models');
  const shipped = existsSync(models)
    ? readdirSync(models).filter((name) => existsSync(join(models, name, 'bundle.json')))
    : [];

  const anyEvent = fc
    .record({
      name: hostileText,
      commandLine: hostileText,
      parent: fc.record({ name: hostileText, commandLine: hostileText }),
    })
    .map(makeStart);

  it.each(['small', ...shipped])(
    '%s scores an event alike, bit for bit, in any batch and place',
    async (name) => {
      const loaded: LoadedBundle = name === 'small' ? makeBundle() : await loadBundle(join(models, name));
      const byRows = await Promise.all([1, 3, 8, 256].map((maxRows) => createScorer(loaded, { maxRows })));
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), async (events) => {
          const alone = [];
          for (const event of events) alone.push(...(await byRows[0]!.score([event])));
          for (const scorer of byRows) {
            expect(await scorer.score(events)).toEqual(alone);
            expect((await scorer.score(events.toReversed())).toReversed()).toEqual(alone);
          }
        }),
        { numRuns: 40 },
      );
      await Promise.all(byRows.map((scorer) => scorer.close()));
    },
  );

  it.each(shipped)('%s opens, and its encoder writes the columns it lists', async (name) => {
    const scorer = await openScorer(join(models, name));
    expect(createBundleEncoder(scorer.bundle).inputs).toEqual(scorer.bundle.inputs);
    await scorer.close();
  });
});
