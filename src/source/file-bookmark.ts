import * as z from 'zod';

const Bookmark = z.strictObject({
  /** Path of the input. */
  path: z.string(),
  /** Name of the stream in it that was being read. */
  member: z.string(),
  /** Whether that stream was read to its end. */
  isDone: z.boolean(),
  /** The EVTX reader's own bookmark. */
  evtx: z.string().optional(),
  /** Where the text reader was between two documents. */
  text: z
    .strictObject({
      offset: z.int().min(0),
      record: z.int().min(0),
      encoding: z.enum(['utf8', 'utf16le']),
      layout: z.enum(['lines', 'values']).optional(),
    })
    .optional(),
});

/** Where a file source stopped: in which stream of which input, and where in it. */
export type FileBookmark = z.infer<typeof Bookmark>;

export function formatFileBookmark(bookmark: FileBookmark): string {
  return JSON.stringify(bookmark);
}

/** `undefined` for text that {@link formatFileBookmark} never made. */
export function parseFileBookmark(text: string): FileBookmark | undefined {
  try {
    return Bookmark.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
