import type * as z from 'zod';
import { escapeForTerminal, findNearest } from '../text/index.ts';
import type { Layout } from './layout.ts';
import type { ConfigProblem, Origin } from './problem.ts';
import { isPlainObject, knownNames, type Schema, schemasAt, unwrapSchema } from './walk-schema.ts';

type Issue = z.core.$ZodIssue;

/** Where the value, or the key itself, at a path was given. */
export type Locate = (path: readonly PropertyKey[], what: 'key' | 'value') => Origin;

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'null',
};

export function formatKey(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return escapeForTerminal(text, 256);
}

function quote(value: unknown): string {
  return escapeForTerminal(JSON.stringify(value) ?? String(value), 80);
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let current = values;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}

function describeFound(value: unknown, isSecret: boolean): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isPlainObject(value)) return 'a map';
  if (value === '') return 'empty text';
  if (isSecret) return 'a secret that does not fit (not shown)';
  return quote(value);
}

function isSecretPath(root: Schema, path: readonly PropertyKey[]): boolean {
  return path.some((_, index) =>
    schemasAt(root, path.slice(0, index + 1)).some((schema) => schema.meta()?.secret === true),
  );
}

/** zod first says "number" of an integer, and only then that it must be whole. */
function isWholeNumber(root: Schema, path: readonly PropertyKey[]): boolean {
  return schemasAt(root, path).some((schema) => {
    const { def } = unwrapSchema(schema).schema;
    return def.type === 'number' && (def as { readonly format?: string }).format === 'safeint';
  });
}

function describeLimit(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  unit: string | undefined,
): string {
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  switch (issue.origin) {
    case 'string':
      return `text of ${side} ${limit} characters`;
    case 'array':
      return `${side} ${limit} items`;
    default:
      return `a number of ${side} ${limit}${unit === undefined ? '' : ` ${unit}`}`;
  }
}

function describeExpected(root: Schema, issue: Issue, path: readonly PropertyKey[]): string {
  switch (issue.code) {
    case 'invalid_type':
      return isWholeNumber(root, path) ? 'a whole number' : (typeNames[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => String(value)).join(', ')}`;
    case 'too_small':
    case 'too_big':
      return describeLimit(issue, schemasAt(root, path)[0]?.meta()?.unit);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union': {
      const branches = issue.errors
        .flat()
        .map((inner) => describeExpected(root, inner, [...path, ...inner.path]));
      return branches.length === 0 ? issue.message : [...new Set(branches)].join(' or ');
    }
    default:
      return issue.message;
  }
}

function suggestValue(issue: Issue, found: unknown): string {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return '';
  const nearest = findNearest(found, issue.values.map(String));
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** A sibling spelt alike, else a setting of that name in another section. */
function suggestKey(layout: Layout, parent: readonly PropertyKey[], name: string): string {
  const nearest =
    findNearest(name, knownNames(schemasAt(layout.schema, parent))) ??
    layout.settings.find((setting) => setting.path.at(-1) === name)?.key;
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}

/** Says what the schema refused: what was expected, what was found, where, and what was probably meant. */
export function explainIssue(layout: Layout, issue: Issue, values: unknown, locate: Locate): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      return {
        code: 'PC_CONFIG_UNKNOWN_KEY',
        origin: locate(path, 'key'),
        key: formatKey(path),
        message: `unknown key${suggestKey(layout, issue.path, name)}`,
      };
    });
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.map((inner) => ({
      code: 'PC_CONFIG_INVALID_VALUE',
      origin: locate(issue.path, 'key'),
      key: formatKey(issue.path),
      message: `expected ${describeExpected(layout.schema, inner, issue.path)} as key`,
    }));
  }
  const found = valueAt(values, issue.path);
  const shown = describeFound(found, isSecretPath(layout.schema, issue.path));
  return [
    {
      code: 'PC_CONFIG_INVALID_VALUE',
      origin: locate(issue.path, 'value'),
      key: formatKey(issue.path),
      message: `expected ${describeExpected(layout.schema, issue, issue.path)}, found ${shown}${suggestValue(issue, found)}`,
    },
  ];
}
