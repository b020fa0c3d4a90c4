/** The bookmark of a source that is made of others: one of each, by its name. */
export type CapturePositions = Readonly<Record<string, string>>;

export function writePositions(positions: CapturePositions): string {
  return JSON.stringify(positions);
}

/** A bookmark that cannot be understood counts as none: each capture then begins anew and says so. */
export function readPositions(bookmark: string | undefined): CapturePositions {
  if (bookmark === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(bookmark);
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

/** {@link ReadOptions.bookmark} of one capture, left out where it has none. */
export function bookmarkOf(positions: CapturePositions, name: string): { readonly bookmark?: string } {
  const bookmark = positions[name];
  return bookmark === undefined ? {} : { bookmark };
}
