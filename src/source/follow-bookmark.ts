import * as z from 'zod';

const Bookmark = z.strictObject({
  /** Which file the path led to: a rotated one keeps its identity and loses its name. */
  file: z.string(),
  /** Whether that file was read to its end and another has its name. */
  isDone: z.boolean(),
  /** What tells the bytes before the place: another file may get the identity. Earlier versions have none. */
  mark: z.strictObject({ size: z.int().min(0), digest: z.string() }).optional(),
  place: z.strictObject({
    offset: z.int().min(0),
    record: z.int().min(0),
    encoding: z.enum(['utf8', 'utf16le']),
    layout: z.enum(['lines', 'values']).optional(),
    openLists: z.int().min(1).optional(),
  }),
});

/** Where the follower of a file stopped. */
export type FollowBookmark = z.infer<typeof Bookmark>;

export function formatFollowBookmark(bookmark: FollowBookmark): string {
  return JSON.stringify(bookmark);
}

/** `undefined` for text that {@link formatFollowBookmark} never made. */
export function parseFollowBookmark(text: string): FollowBookmark | undefined {
  try {
    return Bookmark.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
