import { gunzipSync } from 'node:zlib';
import { Definition, ModelConfig } from './definition.ts';
import { read, refuse } from './refusal.ts';

/** Above any model the product can hold in memory; a small file that inflates past it is no model. */
export const maxDefinitionBytes = 256 * 1024 * 1024;

/**
 * Finds the model in the answer of `GET _ml/trained_models/…`, or takes a single configuration.
 * @param modelId which, where the answer holds several.
 */
export function readModelConfig(json: unknown, modelId: string | undefined): ModelConfig {
  const candidates = listConfigs(json);
  const chosen =
    modelId === undefined ? candidates : candidates.filter((candidate) => idOf(candidate) === modelId);
  if (chosen.length === 1) return read(ModelConfig, chosen[0], 'model');
  const ids = candidates.map((candidate) => JSON.stringify(idOf(candidate))).join(', ');
  return refuse(
    chosen.length === 0
      ? `no model ${modelId === undefined ? '' : `${JSON.stringify(modelId)} `}in the file; it holds ${ids || 'none'}`
      : `the file holds ${chosen.length} models: ${ids}; name one`,
  );
}

function listConfigs(json: unknown): readonly unknown[] {
  if (typeof json !== 'object' || json === null) refuse('the file holds no JSON object');
  if (!('trained_model_configs' in json)) return [json];
  return Array.isArray(json.trained_model_configs)
    ? json.trained_model_configs
    : refuse('trained_model_configs is no array');
}

function idOf(config: unknown): unknown {
  return typeof config === 'object' && config !== null && 'model_id' in config ? config.model_id : undefined;
}

/** The definition, unpacked where it is compressed. */
export function readDefinition(config: ModelConfig, maxBytes: number): Definition {
  if (config.definition !== undefined) return read(Definition, config.definition, 'definition');
  if (config.compressed_definition === undefined) {
    refuse('the file holds no definition: it was exported without include=definition');
  }
  return read(Definition, inflateJson(config.compressed_definition, maxBytes), 'compressed_definition');
}

const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;

function inflateJson(base64: string, maxBytes: number): unknown {
  if (!base64Text.test(base64)) refuse('compressed_definition is not base64');
  try {
    const text = gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: maxBytes });
    return JSON.parse(text.toString('utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      refuse(`compressed_definition is larger than ${maxBytes} bytes when inflated`, error);
    }
    return refuse('compressed_definition is no gzip of JSON', error);
  }
}
