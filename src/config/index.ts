/**
 * One schema for the whole configuration, where its values come from, and what is said when they are wrong.
 * A new section is one file in sections/ and one line in sections/index.ts; variables, documentation, the
 * default file and the JSON Schema follow from it.
 */
import { createDefaultFile, createJsonSchema, createReference } from './document-config.ts';
import type { LoadedConfig } from './load-config.ts';
import { configLayout } from './schema.ts';
import { showConfig } from './show-config.ts';

export { describeUnsafeMode } from './config-file.ts';
export {
  type ConfigCheck,
  type ConfigProblemAt,
  type ConfigSources,
  type LoadedConfig,
  loadConfig,
} from './load-config.ts';
export type { FlagValue } from './override-layers.ts';
export { ConfigError, type ConfigProblem, type Layer, type Origin } from './problem.ts';
export type { Config, SettingKey } from './schema.ts';
export { isSourceInput } from './source-input.ts';

/** The configuration in force as YAML, each setting with who set it; secrets masked. */
export function formatConfig(loaded: LoadedConfig): string {
  return showConfig(configLayout, loaded);
}

/** JSON Schema of the configuration file. */
export function configJsonSchema(): object {
  return createJsonSchema(configLayout);
}

/** The documented default file, YAML. */
export function defaultConfigFile(): string {
  return createDefaultFile(configLayout);
}

/** The reference page, Markdown. */
export function configReference(): string {
  return createReference(configLayout);
}
