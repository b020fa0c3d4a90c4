import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AgentError, messageOf } from '../errors/index.ts';
import { parseBundle } from './bundle.ts';
import { bundleFileName } from './bundle-loader.ts';
import { type Explainer, openExplainer } from './explainer.ts';
import { ExplanationSchema } from './explanation.ts';

const explanationFileName = 'explanation.json.gz';
const maxUnpackedBytes = 64 * 1024 * 1024;

/**
 * Opens what a bundle of feature set agent-v1 keeps for explanations: its trees and linear weights.
 * @throws AgentError PC_MODEL_EXPLANATION when the bundle has none or it does not match the bundle.
 */
export async function createExplainer(directory: string): Promise<Explainer> {
  const where = join(directory, explanationFileName);
  try {
    const bundlePath = join(directory, bundleFileName);
    const bundle = parseBundle(JSON.parse(await readFile(bundlePath, 'utf8')), bundlePath);
    if (bundle.featureSet.name !== 'agent-v1') {
      throw new AgentError(
        'PC_MODEL_EXPLANATION',
        `feature set ${bundle.featureSet.name} has no explanations`,
        { where },
      );
    }
    const packed = await readFile(where);
    const expected = (bundle.training['explanation'] as { sha256?: unknown } | undefined)?.sha256;
    const found = createHash('sha256').update(packed).digest('hex');
    if (found !== expected) {
      throw new AgentError(
        'PC_MODEL_EXPLANATION',
        `SHA-256 is ${found}, ${bundleFileName} says ${String(expected)}`,
        { where },
      );
    }
    const unpacked = gunzipSync(packed, { maxOutputLength: maxUnpackedBytes });
    return openExplainer(ExplanationSchema.parse(JSON.parse(unpacked.toString('utf8'))));
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('PC_MODEL_EXPLANATION', messageOf(error), {
      where,
      cause: error,
    });
  }
}
