import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createExplainer } from '../../src/problemchild/index.ts';

const shipped = join(import.meta.dirname, '../../models/agent-v1');
const packed = await readFile(join(shipped, 'explanation.json.gz'));
const bundle = JSON.parse(await readFile(join(shipped, 'bundle.json'), 'utf8')) as {
  featureSet: { name: string };
  training: Record<string, unknown>;
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'explanation-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A bundle folder with this explanation; the bundle names its hash unless told another. */
async function save(explanation: Uint8Array, changes: object = {}): Promise<void> {
  const sha256 = createHash('sha256').update(explanation).digest('hex');
  const told = { ...bundle, training: { ...bundle.training, explanation: { sha256 } }, ...changes };
  await writeFile(join(directory, 'bundle.json'), JSON.stringify(told));
  await writeFile(join(directory, 'explanation.json.gz'), explanation);
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'PC_MODEL_EXPLANATION', message: expect.stringMatching(message) });

describe("a bundle's explanation", () => {
  test('is read when it is the one the bundle names', async () => {
    await save(packed);
    expect((await createExplainer(directory)).baseline).toBe((await createExplainer(shipped)).baseline);
  });

  test('of another bundle is refused', async () => {
    await save(packed, { training: { ...bundle.training, explanation: { sha256: '0'.repeat(64) } } });
    await expect(createExplainer(directory)).rejects.toThrow(
      refused(/SHA-256 is [0-9a-f]{64}, bundle\.json says 0{64}/),
    );
  });

  test('that no bundle names is refused', async () => {
    await save(packed, { training: {} });
    await expect(createExplainer(directory)).rejects.toThrow(refused(/says undefined/));
  });

  test('cut short is refused', async () => {
    await save(packed.subarray(0, packed.length - 100));
    await expect(createExplainer(directory)).rejects.toThrow(refused(/unexpected end/i));
  });

  test('without the weights of its trees is refused', async () => {
    const document = JSON.parse(gunzipSync(packed).toString('utf8')) as Record<string, unknown>;
    delete document['trees'];
    await save(gzipSync(JSON.stringify(document)));
    await expect(createExplainer(directory)).rejects.toThrow(refused(/trees/));
  });

  test('does not exist for the features of Elastic', async () => {
    await save(packed, { featureSet: { name: 'elastic-g2', version: 1 } });
    await expect(createExplainer(directory)).rejects.toThrow(refused(/elastic-g2 has no explanations/));
  });

  test('that is missing is refused by name', async () => {
    await expect(createExplainer(join(directory, 'none'))).rejects.toThrow(refused(/none/));
  });
});
