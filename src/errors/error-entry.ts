/** What docs/errors.md says about a code. */
export interface ErrorEntry {
  /** What went wrong, in one sentence. */
  readonly cause: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}
