import { RE2JS } from 're2js';
import * as z from 'zod';
import { messageOf } from '../errors/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import { type FieldName, fieldNames, readField } from './field.ts';

const maxPatternLength = 2_048;
const Patterns = z
  .union([z.string(), z.array(z.string()).min(1).max(10_000)])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .pipe(z.array(z.string().min(1).max(maxPatternLength)));

/**
 * One test of one field. Everything but `isExactly` and `regex` ignores case, as Windows does.
 * A list means "any of". A field that the event lacks matches only `exists: false`.
 */
export const ConditionSchema = z
  .strictObject({
    field: z.enum(fieldNames as [FieldName, ...FieldName[]]),
    is: Patterns.optional(),
    isExactly: Patterns.optional(),
    /** `*` any run, `?` one character. */
    wildcard: Patterns.optional(),
    /** RE2 syntax, unanchored, so a pattern cannot take exponential time. */
    regex: Patterns.optional(),
    /** Folder that holds the path, at any depth; `?:\\` stands for any drive. */
    under: Patterns.optional(),
    exists: z.boolean().optional(),
  })
  .superRefine((condition, context) => {
    if (Object.keys(condition).length !== 2) {
      context.addIssue({
        code: 'custom',
        message: 'a condition has one field and exactly one of is, isExactly, wildcard, regex, under, exists',
      });
    }
    for (const pattern of condition.regex ?? []) {
      try {
        RE2JS.compile(pattern);
      } catch (error) {
        context.addIssue({
          code: 'custom',
          path: ['regex'],
          message: `${JSON.stringify(pattern)} is not an RE2 expression: ${messageOf(error)}`,
        });
      }
    }
  });

export type Condition = z.output<typeof ConditionSchema>;

/** A condition made ready to run. */
export type Predicate = (event: ProcessEvent) => boolean;

/** True when every condition holds. */
export function compileAll(conditions: readonly Condition[]): Predicate {
  const predicates = conditions.map(compileCondition);
  return (event) => predicates.every((holds) => holds(event));
}

export function compileCondition(condition: Condition): Predicate {
  const { field } = condition;
  if (condition.exists !== undefined) {
    const wanted = condition.exists;
    return (event) => readField(event, field).length > 0 === wanted;
  }
  const test = compileTest(condition);
  return (event) => readField(event, field).some(test);
}

function compileTest(condition: Condition): (value: string) => boolean {
  if (condition.is !== undefined) {
    const values = new Set(condition.is.map((value) => value.toLowerCase()));
    return (value) => values.has(value.toLowerCase());
  }
  if (condition.isExactly !== undefined) {
    const values = new Set(condition.isExactly);
    return (value) => values.has(value);
  }
  if (condition.regex !== undefined) {
    const expressions = condition.regex.map((pattern) => RE2JS.compile(pattern));
    return (value) => expressions.some((expression) => expression.matcher(value).find());
  }
  if (condition.under !== undefined) {
    const patterns = condition.under.map((folder) => `${folder.replace(/\\+$/, '')}\\*`);
    return matchesAny(patterns);
  }
  return matchesAny(condition.wildcard ?? []);
}

function matchesAny(patterns: readonly string[]): (value: string) => boolean {
  const lowered = patterns.map((pattern) => pattern.toLowerCase());
  return (value) => {
    const text = value.toLowerCase();
    return lowered.some((pattern) => matchesWildcard(text, pattern));
  };
}

/** `*` and `?` over UTF-16 units in O(text × stars) time and no memory. */
export function matchesWildcard(text: string, pattern: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let p = 0;
  while (at < text.length) {
    const wanted = pattern.charCodeAt(p);
    if (p < pattern.length && wanted === 0x2a) {
      star = p++;
      resume = at;
    } else if (p < pattern.length && (wanted === 0x3f || wanted === text.charCodeAt(at))) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern.charCodeAt(p) === 0x2a) p++;
  return p === pattern.length;
}
