import { escapeForTerminal } from '../text/index.ts';
import { isSecretName, redacted } from './redact.ts';

/** A field as it is written: text is escaped, bounded and free of known secrets. */
export type CleanValue = string | number | boolean | null | readonly CleanValue[] | CleanFields;
export interface CleanFields {
  readonly [name: string]: CleanValue;
}

export interface FieldLimits {
  readonly maxDepth: number;
  /** Keys of one object or items of one list. */
  readonly maxEntries: number;
  /** Values in the whole line. */
  readonly maxValues: number;
  /** UTF-16 units of one text. */
  readonly maxTextLength: number;
  /** UTF-16 units of all text of the line, names included. */
  readonly maxTotalLength: number;
}

export const fieldLimits: FieldLimits = {
  maxDepth: 4,
  maxEntries: 32,
  maxValues: 128,
  maxTextLength: 1024,
  maxTotalLength: 8192,
};

const maxNameLength = 64;

/** Cleans the fields of one log line; one instance per line, because the limits hold for the line. */
class FieldCleaner {
  readonly #redact: (text: string) => string;
  readonly #limits: FieldLimits;
  #values = 0;
  #length = 0;

  constructor(redact: (text: string) => string, limits: FieldLimits) {
    this.#redact = redact;
    this.#limits = limits;
  }

  text(text: string, maxLength: number = this.#limits.maxTextLength): string {
    // A secret may straddle the cut, so redaction sees more than is kept.
    const seen = this.#redact(text.slice(0, 4 * maxLength + 1024));
    const allowed = Math.max(0, Math.min(maxLength, this.#limits.maxTotalLength - this.#length));
    const clean = escapeForTerminal(seen, allowed);
    this.#length += clean.length;
    return clean;
  }

  value(value: unknown, depth: number): CleanValue {
    this.#values += 1;
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'bigint':
        return this.text(value.toString());
      case 'object':
        return value === null ? null : this.#object(value, depth);
      default:
        return `(${typeof value})`;
    }
  }

  #object(value: object, depth: number): CleanValue {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    if (depth >= this.#limits.maxDepth) return Array.isArray(value) ? '(list)' : '(map)';
    if (value instanceof Error) return this.entries(errorEntries(value), depth);
    if (value instanceof Map) return this.entries(value, depth);
    if (Array.isArray(value) || value instanceof Set) return this.#items([...value], depth);
    return this.entries(Object.entries(value), depth);
  }

  #items(items: readonly unknown[], depth: number): CleanValue[] {
    const clean: CleanValue[] = [];
    for (const item of items) {
      if (this.#isFull(clean.length)) {
        clean.push(`(${items.length - clean.length} more)`);
        break;
      }
      clean.push(this.value(item, depth + 1));
    }
    return clean;
  }

  entries(entries: Iterable<readonly [unknown, unknown]>, depth: number): CleanFields {
    const clean: [string, CleanValue][] = [];
    let left = 0;
    for (const [name, value] of entries) {
      if (value === undefined) continue;
      if (this.#isFull(clean.length)) {
        left += 1;
        continue;
      }
      const isLeaf = typeof value !== 'object' || value === null;
      const isSecret = isLeaf && isSecretName(String(name));
      clean.push([
        this.text(String(name), maxNameLength),
        isSecret ? redacted : this.value(value, depth + 1),
      ]);
    }
    if (left > 0) clean.push(['…', `(${left} more)`]);
    return Object.fromEntries(clean);
  }

  #isFull(count: number): boolean {
    const { maxEntries, maxValues, maxTotalLength } = this.#limits;
    return count >= maxEntries || this.#values >= maxValues || this.#length >= maxTotalLength;
  }
}

function errorEntries(error: Error): [string, unknown][] {
  const { code, where } = error as { code?: unknown; where?: unknown };
  const entries: [string, unknown][] = [
    ['name', error.name],
    ['code', code],
    ['where', where],
    ['message', error.message],
    ['cause', error.cause],
    ['stack', error.stack],
  ];
  return entries;
}

/** Fields of a log line, made safe to write: see {@link FieldLimits} for what is cut. Never throws. */
export function cleanFields(
  fields: Readonly<Record<string, unknown>>,
  redact: (text: string) => string,
  limits: FieldLimits = fieldLimits,
): CleanFields {
  try {
    return new FieldCleaner(redact, limits).entries(Object.entries(fields), 0);
  } catch {
    // A getter or a proxy that throws must not take the agent down with it.
    return { '…': '(unreadable)' };
  }
}

/** One text, made safe to write. */
export function cleanText(
  text: string,
  redact: (text: string) => string,
  limits: FieldLimits = fieldLimits,
): string {
  return new FieldCleaner(redact, limits).text(text);
}
