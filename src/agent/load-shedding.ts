/** What alerts go without while the agent is behind. Scoring and response never are among it. */
export type LoadLevel =
  | 'full'
  /** Alerts come without an explanation of their score. */
  | 'unexplained';

/** So long without a breath, and the agent is behind. */
const behindAfterMs = 15_000;
/** So long with breaths, and it has caught up. */
const caughtUpAfterMs = 10_000;

/**
 * Tells from what is left after each batch whether the agent keeps up: a batch after which nothing waited emptied the
 * source. Enrichment is shed before, by the native library, which fills in files' facts only from memory when its queue
 * is half full.
 */
export class LoadShedding {
  #level: LoadLevel = 'full';
  /** Since when batches have been of the kind that may change the level. */
  #sinceMs: number | undefined;

  get level(): LoadLevel {
    return this.#level;
  }

  /** Takes note of whether more waits behind a batch; `nowMs` of a clock that does not jump. Returns the new level when it changed. */
  observe(hasMore: boolean, nowMs: number): LoadLevel | undefined {
    const mayChange = hasMore === (this.#level === 'full');
    if (!mayChange) {
      this.#sinceMs = undefined;
      return undefined;
    }
    this.#sinceMs ??= nowMs;
    const afterMs = this.#level === 'full' ? behindAfterMs : caughtUpAfterMs;
    if (nowMs - this.#sinceMs < afterMs) return undefined;
    this.#sinceMs = undefined;
    this.#level = this.#level === 'full' ? 'unexplained' : 'full';
    return this.#level;
  }
}
