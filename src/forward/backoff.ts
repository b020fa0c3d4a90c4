export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

/** No receiver may silence the agent for longer than this, whatever its Retry-After says. */
const maxRetryAfterMs = 3_600_000;

/**
 * How long to wait after the `failures`-th failure in a row: exponential with full jitter, so that a fleet whose
 * receiver comes back does not come back all at once. A Retry-After is a floor, jittered upwards for the same reason.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(
  failures: number,
  { minMs, maxMs }: BackoffOptions,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  const jitteredMs = Math.max(minMs / 2, random() * ceilingMs);
  if (retryAfterMs === undefined) return jitteredMs;
  return Math.min(maxRetryAfterMs, retryAfterMs) + random() * ceilingMs;
}

/** Reads a Retry-After header: seconds or an HTTP date. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
