import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError, messageOf } from '../errors/index.ts';
import { type Bundle, parseBundle } from './bundle.ts';

/** A bundle with its weights, which match their hash. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  /** model.onnx. */
  readonly weights: Uint8Array;
}

export const bundleFileName = 'bundle.json';
export const weightsFileName = 'model.onnx';

/** Far above any real model; keeps a wrong path from filling memory. */
const maxFileBytes = 512 * 1024 * 1024;

/**
 * Reads `bundle.json` and `model.onnx` of a folder.
 * @throws AgentError PC_MODEL_UNREADABLE, PC_MODEL_INVALID, PC_MODEL_VERSION, PC_MODEL_FEATURE_SET or PC_MODEL_HASH.
 */
export async function loadBundle(directory: string): Promise<LoadedBundle> {
  const bundlePath = join(directory, bundleFileName);
  const weightsPath = join(directory, weightsFileName);
  const bundle = parseBundle(parseJson(await readBounded(bundlePath), bundlePath), bundlePath);
  const weights = await readBounded(weightsPath);
  const found = createHash('sha256').update(weights).digest('hex');
  if (found !== bundle.weights.sha256) {
    throw new AgentError(
      'PC_MODEL_HASH',
      `SHA-256 is ${found}, ${bundleFileName} says ${bundle.weights.sha256}`,
      { where: weightsPath },
    );
  }
  return { bundle, weights };
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > maxFileBytes) {
      throw new AgentError('PC_MODEL_UNREADABLE', `${size} bytes, more than ${maxFileBytes}`, {
        where: path,
      });
    }
    return await file.readFile();
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('PC_MODEL_UNREADABLE', messageOf(error), {
      where: path,
      cause: error,
    });
  }
}

function parseJson(bytes: Buffer, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AgentError('PC_MODEL_INVALID', 'not JSON in UTF-8', { where, cause: error });
  }
}
