import * as z from 'zod';
import { FileMarkShape, parseBookmark, SplitPlaceShape } from './bookmark-parts.ts';

const Bookmark = z.strictObject({
  /** Which file the path led to: a rotated one keeps its identity and loses its name. */
  file: z.string(),
  /** Whether that file was read to its end and another has its name. */
  isDone: z.boolean(),
  /** What tells the bytes before the place: another file may get the identity. Earlier versions have none. */
  mark: FileMarkShape.optional(),
  place: SplitPlaceShape,
});

/** Where the follower of a file stopped. */
export type FollowBookmark = z.infer<typeof Bookmark>;

export function formatFollowBookmark(bookmark: FollowBookmark): string {
  return JSON.stringify(bookmark);
}

/** `undefined` for text that {@link formatFollowBookmark} never made. */
export function parseFollowBookmark(text: string): FollowBookmark | undefined {
  return parseBookmark(Bookmark, text);
}
