import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBundle, openScorer, saveBundle } from '../../src/problemchild/index.ts';
import { makeBundle, smallNetwork } from '../support/elastic-model.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterEach(() => rm(directory, { recursive: true }));

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

async function saveJson(value: unknown): Promise<void> {
  await saveBundle(directory, makeBundle());
  await writeFile(join(directory, 'bundle.json'), typeof value === 'string' ? value : JSON.stringify(value));
}

describe('loadBundle', () => {
  it('reads what saveBundle wrote', async () => {
    const saved = makeBundle({ classificationWeights: [1, 2], parameters: { words: ['a'] } });
    await saveBundle(directory, saved);
    const loaded = await loadBundle(directory);
    expect(loaded.bundle).toEqual(saved.bundle);
    expect([...loaded.weights]).toEqual([...saved.weights]);
  });

  it('names the file that is missing', async () => {
    await expect(loadBundle(directory)).rejects.toEqual(
      expect.objectContaining({ code: 'PC_MODEL_UNREADABLE', where: join(directory, 'bundle.json') }),
    );
    await saveBundle(directory, makeBundle());
    await rm(join(directory, 'model.onnx'));
    await expect(loadBundle(directory)).rejects.toEqual(
      expect.objectContaining({ code: 'PC_MODEL_UNREADABLE', where: join(directory, 'model.onnx') }),
    );
  });

  it('refuses weights of another hash, naming both', async () => {
    const saved = makeBundle();
    await saveBundle(directory, saved);
    const altered = Uint8Array.from(saved.weights);
    altered[altered.length - 1]! ^= 1;
    await writeFile(join(directory, 'model.onnx'), altered);
    await expect(loadBundle(directory)).rejects.toEqual(
      refusal('PC_MODEL_HASH', new RegExp(`SHA-256 is [0-9a-f]{64}, .*${saved.bundle.weights.sha256}`)),
    );
  });

  const { bundle } = makeBundle();
  it.each<[string, unknown, string, RegExp]>([
    ['text that is no JSON', '{', 'PC_MODEL_INVALID', /not JSON/],
    ['no object', '[]', 'PC_MODEL_INVALID', /formatVersion is missing/],
    [
      'a later format',
      { ...bundle, formatVersion: 2, novelty: true },
      'PC_MODEL_VERSION',
      /format 2, this agent reads 1/,
    ],
    ['an unknown key', { ...bundle, novelty: true }, 'PC_MODEL_INVALID', /novelty/],
    ['a missing key', { ...bundle, maliciousClass: undefined }, 'PC_MODEL_INVALID', /maliciousClass/],
    ['a threshold above 1', { ...bundle, decisionThreshold: 2 }, 'PC_MODEL_INVALID', /decisionThreshold/],
    ['a name that leaves its folder', { ...bundle, name: '../x' }, 'PC_MODEL_INVALID', /name/],
    [
      'an input twice',
      { ...bundle, inputs: ['a', 'a'] },
      'PC_MODEL_INVALID',
      /inputs: an input is listed twice/,
    ],
    ['an unknown encoder', { ...bundle, encoders: [{ type: 'magic' }] }, 'PC_MODEL_INVALID', /encoders\.0/],
    [
      'an unknown feature set',
      { ...bundle, featureSet: { name: 'elastic-g9', version: 1 } },
      'PC_MODEL_FEATURE_SET',
      /"elastic-g9"; there are .*elastic-g1.*elastic-g2/,
    ],
    [
      'a name every object has',
      { ...bundle, featureSet: { name: 'constructor', version: 1 } },
      'PC_MODEL_FEATURE_SET',
      /"constructor"/,
    ],
    [
      'another version of the feature set',
      { ...bundle, featureSet: { name: 'elastic-g2', version: 7 } },
      'PC_MODEL_VERSION',
      /version 7, this agent has version 1/,
    ],
  ])('refuses %s', async (_, value, code, message) => {
    await saveJson(value);
    await expect(loadBundle(directory)).rejects.toEqual(refusal(code, message));
  });
});

describe('openScorer', () => {
  it('refuses inputs that the feature set does not make', async () => {
    await saveBundle(directory, makeBundle({ inputs: ['command0_frequency', 'nothing', 'x', 'y'] }));
    await expect(openScorer(directory)).rejects.toEqual(
      refusal('PC_MODEL_INPUTS', /3 of 4 inputs, the first "nothing"/),
    );
  });

  it('refuses a network of another width, naming both', async () => {
    await saveBundle(directory, makeBundle({}, smallNetwork(7)));
    await expect(openScorer(directory)).rejects.toEqual(
      refusal('PC_MODEL_SHAPE', /takes float32 \[N, 7\]; the bundle lists 4 inputs/),
    );
  });

  it('refuses weights that are no network', async () => {
    await saveBundle(directory, makeBundle({}, Uint8Array.of(1, 2, 3)));
    await expect(openScorer(directory)).rejects.toEqual(refusal('PC_MODEL_RUNTIME', /./));
  });
});
