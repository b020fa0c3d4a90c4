import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { readConfigFile } from './config-file.ts';
import { explainIssue, formatKey } from './explain-issue.ts';
import { type FileLayer, parseFileLayer } from './file-layer.ts';
import type { Layout, Setting } from './layout.ts';
import { type FlagValue, type Override, readEnvironment, readFlags } from './override-layers.ts';
import { ConfigError, type Origin } from './problem.ts';
import { type Config, configLayout, type SettingKey } from './schema.ts';
import { isPlainObject, mapLeaves } from './walk-schema.ts';

/** Where values come from. */
export interface ConfigSources<Key extends string = SettingKey> {
  /** YAML file; where there is none, `PC_CONFIG` may name one. */
  readonly file?: string | undefined;
  /** `process.env`, injected. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly FlagValue<Key>[];
}

export interface LoadedConfig<Values = Config> {
  readonly config: Values;
  /** The file that was read, if any. */
  readonly file: string | undefined;
  /** Who set each setting, by its dotted key. */
  readonly provenance: ReadonlyMap<string, Origin>;
}

/** What a value means to another room, which is asked once the schema has nothing against it. */
export interface ConfigProblemAt {
  readonly path: readonly string[];
  /** In one line, already escaped; the place is put before it. */
  readonly message: string;
}

export type ConfigCheck = (config: Config) => readonly ConfigProblemAt[];

const emptyFile: FileLayer = { values: {}, locate: () => '', problems: [] };

/** A section whose keys are all commented out reads as null in YAML; it means an empty one. */
function fillEmptySections(layout: Layout, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === null && Object.hasOwn(layout.schema.shape, name) ? {} : value,
    ]),
  );
}

function hasPath(values: unknown, path: readonly string[]): boolean {
  let current = values;
  for (const part of path) {
    if (!isPlainObject(current) || !Object.hasOwn(current, part)) return false;
    current = current[part];
  }
  return true;
}

/** Values with one leaf replaced. Where the file put something else than a map on the way, that stays: it is refused later. */
function withLeaf(values: unknown, path: readonly string[], leaf: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return leaf;
  if (values !== undefined && !isPlainObject(values)) return values;
  const current = values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
  return { ...values, [name]: withLeaf(current, rest, leaf) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

/** Paths in the configuration file are relative to its folder; those of other layers to the working directory. */
function resolveFilePaths(values: unknown, given: readonly Setting[], file: string): unknown {
  let resolved = values;
  for (const { path, schema } of given) {
    const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], values);
    const absolute = mapLeaves([schema], value, (leaf, schemas) =>
      typeof leaf === 'string' && schemas.some((each) => each.meta()?.path === true)
        ? resolve(dirname(file), leaf)
        : leaf,
    );
    resolved = withLeaf(resolved, path, absolute);
  }
  return resolved;
}

/** As {@link loadConfig}, for any schema. */
export function loadLayers<Root extends z.ZodObject>(
  layout: Layout<Root>,
  sources: ConfigSources<string>,
  check: (config: z.output<Root>) => readonly ConfigProblemAt[] = () => [],
): LoadedConfig<z.output<Root>> {
  const file = sources.file ?? (sources.env['PC_CONFIG'] || undefined);
  const fileLayer = file === undefined ? emptyFile : parseFileLayer(file, readConfigFile(file));
  const environment = readEnvironment(layout, sources.env);
  const overrides = new Map<string, Override>();
  for (const override of [...environment.overrides, ...readFlags(layout, sources.flags ?? [])]) {
    overrides.set(override.setting.key, override);
  }

  let values: unknown = fillEmptySections(layout, fileLayer.values);
  for (const { setting, value } of overrides.values()) values = withLeaf(values, setting.path, value);

  const locate = (path: readonly PropertyKey[], what: 'key' | 'value'): Origin => {
    for (let length = path.length; length > 0; length -= 1) {
      const override = overrides.get(path.slice(0, length).join('.'));
      if (override !== undefined) return override.origin;
    }
    return { layer: 'file', where: fileLayer.locate(path, what) };
  };

  const result = layout.schema.safeParse(values);
  const problems = [
    ...fileLayer.problems,
    ...environment.problems,
    ...(result.error?.issues ?? []).flatMap((issue) => explainIssue(layout, issue, values, locate)),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);

  const provenance = new Map<string, Origin>();
  for (const { key, path } of layout.settings) {
    const isGiven = overrides.has(key) || hasPath(fileLayer.values, path);
    provenance.set(key, isGiven ? locate(path, 'value') : { layer: 'default', where: '' });
  }
  const fromFile = layout.settings.filter(({ key }) => provenance.get(key)?.layer === 'file');
  const resolved = file === undefined ? result.data : resolveFilePaths(result.data, fromFile, file);
  const config = deepFreeze(resolved) as z.output<Root>;
  const objections = check(config).map(({ path, message }) => ({
    code: 'PC_CONFIG_INVALID_VALUE' as const,
    origin: locate(path, 'key'),
    key: formatKey(path),
    message,
  }));
  if (objections.length > 0) throw new ConfigError(objections);
  return { config, file, provenance };
}

/**
 * The configuration from, in rising precedence: defaults, YAML file, PC_… variables, flags. Layers override
 * each other setting by setting; lists and maps are replaced as a whole.
 *
 * @throws ConfigError with every problem at once; AgentError PC_CONFIG_UNREADABLE, PC_CONFIG_UNSAFE or
 * PC_CONFIG_TOO_LARGE where the file itself cannot be used
 */
export function loadConfig(sources: ConfigSources, check?: ConfigCheck): LoadedConfig {
  return loadLayers(configLayout, sources, check);
}
