/**
 * One schema for the whole configuration, where its values come from, and what is said when they are wrong.
 * A new section is one file in sections/ and one line in sections/index.ts; variables, documentation, the
 * default file and the JSON Schema follow from it.
 */
export { type ConfigSources, type LoadedConfig, loadConfig } from './load-config.ts';
export type { FlagValue } from './override-layers.ts';
export { ConfigError, type ConfigProblem, type Layer, type Origin } from './problem.ts';
export type { Config, SettingKey } from './schema.ts';
