import * as z from 'zod';
import { ConditionSchema } from '../../detection/index.ts';

const oneLine = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters');

/** One thing that people have looked at and do not want to hear of again. */
export const ExceptionEntrySchema = z.strictObject({
  /** Names the entry in counters and commands; unique over all files. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  /** Rules it applies to, by id; all of them when left out. */
  rules: z.array(z.uuid()).min(1).max(100).optional(),
  /** Whether response must leave such a process alone as well. */
  response: z.boolean().default(false),
  /** All of them must hold. */
  conditions: z.array(ConditionSchema).min(1).max(20),
  reason: oneLine(500),
  author: oneLine(120),
  /** Day or moment, in UTC, from which the entry no longer applies; event time decides. */
  expires: z.union([z.iso.date(), z.iso.datetime()]).optional(),
});

export type ExceptionEntry = z.output<typeof ExceptionEntrySchema>;

export const ExceptionFileSchema = z.strictObject({
  exceptions: z.array(ExceptionEntrySchema).max(5_000),
});
