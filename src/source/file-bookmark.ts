import * as z from 'zod';
import { FileMarkShape, parseBookmark, SplitPlaceShape } from './bookmark-parts.ts';
import { keyLength } from './file-mark.ts';

const Bookmark = z.strictObject({
  /** Path of the input. */
  path: z.string(),
  /** What tells the file; null for a pipe, which is never read on. Bookmarks of earlier versions have none. */
  file: FileMarkShape.nullable().optional(),
  /** Name of the stream in it that was being read. */
  member: z.string(),
  /** Whether that stream was read to its end. */
  isDone: z.boolean(),
  /** The EVTX reader's own bookmark. */
  evtx: z.string().optional(),
  /** Where the text reader was between two documents, or at the end. */
  text: SplitPlaceShape.optional(),
  /** Keys of the files that were read to their end, one behind the other. Earlier versions went by the order. */
  done: z.string().optional(),
});

/** Where a file source stopped: in which stream of which input, and where in it. */
export type FileBookmark = z.infer<typeof Bookmark>;

export function formatFileBookmark(bookmark: FileBookmark): string {
  return JSON.stringify(bookmark);
}

/** `undefined` for text that {@link formatFileBookmark} never made. */
export function parseFileBookmark(text: string): FileBookmark | undefined {
  return parseBookmark(Bookmark, text);
}

export function joinKeys(keys: Iterable<string>): string {
  return [...keys].join('');
}

export function splitKeys(joined: string): string[] {
  const count = Math.floor(joined.length / keyLength);
  return Array.from({ length: count }, (_, index) => joined.substr(index * keyLength, keyLength));
}
