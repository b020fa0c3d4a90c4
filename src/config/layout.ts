import type * as z from 'zod';
import { isPlainObject, type Schema, unwrapSchema } from './walk-schema.ts';

/** How text from an environment variable or a flag becomes a value. */
export type SettingKind = 'text' | 'number' | 'boolean' | 'list' | 'json';

/** One leaf of the schema: the unit in which layers override each other. */
export interface Setting {
  /** `source.maxLineBytes` */
  readonly key: string;
  readonly path: readonly string[];
  /** `PC_SOURCE_MAX_LINE_BYTES` */
  readonly variable: string;
  readonly kind: SettingKind;
  readonly nullable: boolean;
  readonly description: string;
  readonly unit: string | undefined;
  readonly secret: boolean;
  readonly isPath: boolean;
  readonly schema: Schema;
  readonly defaultValue: unknown;
}

/** `['source', 'maxLineBytes']` → `PC_SOURCE_MAX_LINE_BYTES`. */
function variableName(path: readonly string[]): string {
  const words = path.map((part) => part.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase());
  return `PC_${words.join('_')}`;
}

function kindOf(schema: Schema): SettingKind {
  switch (schema.def.type) {
    case 'string':
    case 'enum':
    case 'literal':
      return 'text';
    case 'number':
    case 'int':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array': {
      const item = unwrapSchema((schema as z.ZodArray<Schema>).element).schema;
      return ['object', 'record', 'array', 'union'].includes(item.def.type) ? 'json' : 'list';
    }
    default:
      return 'json';
  }
}

function* walk(schema: Schema, path: readonly string[], defaults: unknown): Generator<Setting> {
  const { schema: inner, nullable } = unwrapSchema(schema);
  if (inner.def.type === 'object') {
    const values = isPlainObject(defaults) ? defaults : {};
    for (const [name, child] of Object.entries((inner as z.ZodObject).shape)) {
      yield* walk(child as Schema, [...path, name], values[name]);
    }
    return;
  }
  const meta = schema.meta() ?? {};
  yield {
    key: path.join('.'),
    path,
    variable: variableName(path),
    kind: kindOf(inner),
    nullable,
    description: meta.description ?? '',
    unit: meta.unit,
    secret: meta.secret === true,
    isPath: meta.path === true,
    schema,
    defaultValue: defaults,
  };
}

/** A schema with its leaves laid out. */
export interface Layout<Root extends z.ZodObject = z.ZodObject> {
  readonly schema: Root;
  /** In documentation order. */
  readonly settings: readonly Setting[];
  readonly byKey: ReadonlyMap<string, Setting>;
  readonly byVariable: ReadonlyMap<string, Setting>;
}

/** Lays out a schema whose every leaf has a default. */
export function createLayout<Root extends z.ZodObject>(schema: Root): Layout<Root> {
  const settings = [...walk(schema, [], schema.parse({}))];
  const byVariable = new Map(settings.map((each) => [each.variable, each]));
  if (byVariable.size < settings.length) throw new TypeError('two settings share one variable name');
  return { schema, settings, byKey: new Map(settings.map((each) => [each.key, each])), byVariable };
}

/** Variables that begin with PC_ but are no settings: who reads them, for the documentation. */
export const reservedVariables: Readonly<Record<string, string>> = {
  PC_CONFIG: 'Path of the configuration file, where --config is not given.',
  PC_INSTALLED_CONFIG:
    'Path of the installed configuration, which commands about the agent take where neither is given; set by the installed launcher.',
  PC_FUZZ_RUNS: 'Runs of each property in the tests.',
  PC_BENCH_BACKLOG_MB: 'Size of the backlog that the benchmark of forwarding drains.',
  PC_BENCH_EVENTS: 'Process starts that a benchmark works on.',
};
