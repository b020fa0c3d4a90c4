import { FieldFault } from './decoded.ts';
import { parsePid } from './field-value.ts';
import { completeTime, parseTimeMs } from './timestamp.ts';

/**
 * An object as JSON.parse makes it: own data properties only, no getters. The decoders read fixed names,
 * none of which Object.prototype has, so a `__proto__` in the input is a property nobody reads.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

const nothing: JsonObject = Object.freeze(Object.create(null));

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or one without properties where there is none; of a list, as in {@link textOf}, the first element counts. */
export function objectOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  return Array.isArray(value) && isObject(value[0]) ? value[0] : nothing;
}

/** Whether {@link objectOf} answers an object that the input holds. */
export function holdsObject(value: unknown): boolean {
  return objectOf(value) !== nothing;
}

/** Text of a field; ECS allows a list anywhere, whose first element counts. */
export function textOf(value: unknown, field: string): string | undefined {
  if (typeof value === 'string') return value === '' || value === '-' ? undefined : value;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && !Array.isArray(value[0])) return textOf(value[0], field);
  if (typeof value === 'object') throw new FieldFault(field, value, 'text');
  return String(value);
}

/** All texts of a field that may be a list. */
export function textsOf(value: unknown, field: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    const text = textOf(value, field);
    return text === undefined ? [] : [text];
  }
  const texts: string[] = [];
  for (const element of value) {
    if (Array.isArray(element)) throw new FieldFault(field, element, 'text');
    const text = textOf(element, field);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** The elements of a command line: unlike elsewhere `-` and `""` are what was typed, and each keeps its place. */
export function argsOf(value: unknown, field: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map((element: unknown) => {
    if (typeof element === 'string') return element;
    if (element === null || typeof element === 'object') throw new FieldFault(field, element, 'text');
    return String(element);
  });
}

/** Whether a field that may be a list holds the word. */
export function holds(value: unknown, word: string): boolean {
  return Array.isArray(value) ? value.includes(word) : value === word;
}

export function pidOf(value: unknown, field: string): number | undefined {
  // The common case first: a number as ECS maps it.
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  return parsePid(textOf(value, field), field);
}

export function booleanOf(value: unknown, field: string): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = textOf(value, field);
  if (text === undefined) return undefined;
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new FieldFault(field, value, 'true or false');
}

const epochMs = /^\d{10,15}$/;

/** Text of a time: ISO 8601, or milliseconds since the epoch, which ECS's mapping takes as well, as number or digits. */
export function timeTextOf(value: unknown, field: string): string | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && epochMs.test(value))) {
    const text = textOf(value, field);
    return text === undefined ? undefined : completeTime(text);
  }
  const date = new Date(Number(value));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getTime() < 0) {
    throw new FieldFault(field, value, 'a time');
  }
  return date.toISOString();
}

export function timeMsOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseTimeMs(text);
  if (Number.isNaN(ms)) throw new FieldFault(field, text, 'a time such as 2024-05-01T12:00:00.123Z');
  return ms;
}

/** Deepest nesting that a dotted key may ask for; ECS needs six. */
const deepestPath = 12;

/** Whether any key of the document or of its `process` is a dotted path. */
export function hasDottedKeys(document: JsonObject): boolean {
  for (const key in document) if (key.includes('.')) return true;
  for (const key in objectOf(document['process'])) if (key.includes('.')) return true;
  return false;
}

/**
 * The document with keys such as `process.name` taken apart into nested objects, as Elasticsearch does
 * before a pipeline sees it. Where a path is written both ways the first stands.
 */
export function expandDottedKeys(document: JsonObject): JsonObject {
  const expanded = emptyObject();
  mergeInto(expanded, document, 0);
  return expanded;
}

function mergeInto(target: Record<string, unknown>, source: JsonObject, depth: number): void {
  for (const key of Object.keys(source)) {
    const path = key.split('.', deepestPath - depth + 1);
    if (path.length > deepestPath - depth) continue;
    const last = path.pop() as string;
    let at: Record<string, unknown> | undefined = target;
    for (const segment of path) at = at && childOf(at, segment);
    if (at === undefined) continue;
    const value = source[key];
    if (!isObject(value)) {
      at[last] ??= value;
      continue;
    }
    const child = childOf(at, last);
    if (child !== undefined) mergeInto(child, value, depth + path.length + 1);
  }
}

function childOf(parent: Record<string, unknown>, key: string): Record<string, unknown> | undefined {
  const value = parent[key];
  if (value === undefined) {
    const child = emptyObject();
    parent[key] = child;
    return child;
  }
  // Every object below an expanded one is of our own making, so it may be written to.
  return isObject(value) ? (value as Record<string, unknown>) : undefined;
}

function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
