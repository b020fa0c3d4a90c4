import * as z from 'zod';

/** What the schema says about a setting besides its type; documentation, masking and path rules read it. */
interface SettingMeta {
  /** Unit of a number, as a reader would say it: `bytes`, `ms`, `processes`. */
  unit?: string;
  /** Never printed: masked in `config show`, in errors and in the log. */
  secret?: boolean;
  /** A file or folder; when the configuration file sets it, it is relative to that file. */
  path?: boolean;
}

declare module 'zod' {
  interface GlobalMeta extends SettingMeta {}
}

/** Longest text any setting takes, unless it says otherwise; keeps a hostile file from filling memory. */
const maxTextLength = 4096;

/** Text without control characters, at most `maxLength` UTF-16 units. */
export function text(maxLength: number = maxTextLength) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^\P{Cc}*$/u, { error: 'text without control characters' });
}

/**
 * One section of the configuration: a closed map whose keys all have defaults, so that leaving the
 * section out equals an empty one. Call `.meta()` last on every key: `z.int().default(5).meta({…})`.
 */
export function section<Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) {
  return z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });
}
