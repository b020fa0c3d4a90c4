import { escapeJsonControls } from '../text/index.ts';
import type { QueuedEntry } from './outbox.ts';

/** Dotted path of a field → dotted path that the receiver knows it by, or null to leave it out. */
export type FieldMap = Readonly<Record<string, string | null>>;

type Fields = Record<string, unknown>;

/** What makes a destination's document of an entry's, one line of JSON without raw control characters. */
export function compileFieldMap(map: FieldMap): (entry: QueuedEntry) => string {
  const moves = Object.entries(map).map(([from, to]) => ({ from: from.split('.'), to: to?.split('.') }));
  if (moves.length === 0) return ({ document }) => escapeJsonControls(document);
  return ({ document }) => {
    const fields = JSON.parse(document) as Fields;
    // All are taken out before any is put back, so that two fields may change places.
    const taken = moves.map(({ from }) => take(fields, from));
    for (const [index, { to }] of moves.entries()) {
      const value = taken[index];
      if (to !== undefined && value !== undefined) put(fields, to, value);
    }
    return escapeJsonControls(JSON.stringify(fields));
  };
}

/** The value at a dotted path, if every step to it is there. */
export function readPath(fields: unknown, path: readonly string[]): unknown {
  let at = fields;
  for (const name of path) {
    if (!isFields(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

function take(fields: Fields, path: readonly string[]): unknown {
  const parent = readPath(fields, path.slice(0, -1));
  const name = path.at(-1) ?? '';
  if (!isFields(parent) || !Object.hasOwn(parent, name)) return undefined;
  const value = parent[name];
  delete parent[name];
  return value;
}

function put(fields: Fields, path: readonly string[], value: unknown): void {
  let at = fields;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (isFields(next)) at = next;
    else {
      const made: Fields = {};
      define(at, name, made);
      at = made;
    }
  }
  define(at, path.at(-1) ?? '', value);
}

/** Unlike an assignment, makes an own field of any name, `__proto__` too. */
function define(fields: Fields, name: string, value: unknown): void {
  Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
