import type * as z from 'zod';
import { AgentError } from '../../errors/index.ts';

/** A model that cannot be imported, and why. */
export function refuse(why: string, cause?: unknown): never {
  throw new AgentError('PC_MODEL_IMPORT', why, cause === undefined ? {} : { cause });
}

/** Reads a part of the file by its schema; the message names the place of what is wrong. */
export function read<T extends z.ZodType>(schema: T, value: unknown, place: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  return refuse(`${[place, ...issue.path.map(String)].join('.')}: ${issue.message}`);
}

/** The only key of an object and what it holds: how Elasticsearch names the kind of a thing. */
export function readKind(value: Readonly<Record<string, unknown>>, place: string): [string, unknown] {
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) refuse(`${place} must have exactly one key, its kind`);
  return entry;
}
