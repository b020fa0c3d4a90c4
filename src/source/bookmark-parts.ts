import * as z from 'zod';

/** A {@link SplitPlace}: where a reader of text was between two documents, or at the end. */
export const SplitPlaceShape = z.strictObject({
  offset: z.int().min(0),
  record: z.int().min(0),
  encoding: z.enum(['utf8', 'utf16le']),
  layout: z.enum(['lines', 'values']).optional(),
  openLists: z.int().min(1).optional(),
});

/** A {@link FileMark}: what tells a file from another of the same name. */
export const FileMarkShape = z.strictObject({ size: z.int().min(0), digest: z.string() });

/** `undefined` for text that is no bookmark of that shape. */
export function parseBookmark<T>(shape: z.ZodType<T>, text: string): T | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
