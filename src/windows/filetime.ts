/** FILETIMEs count 100 ns from 1601-01-01 UTC; these are the ms from there to 1970-01-01. */
const epochOffsetMs = 11_644_473_600_000;
const ticksPerMs = 10_000;
/** Of the year 9999, the last that ISO 8601 writes with four digits. */
const maxTimeMs = 253_402_300_799_999;

export interface FileTime {
  /** Milliseconds since the epoch, with a fraction. */
  readonly ms: number;
  /** ISO 8601 in UTC with seven digits after the second. */
  readonly text: string;
}

/** The FILETIME in the two halves of a 64-bit number, or `undefined` where no calendar has that time. */
export function fileTimeOf(low: number, high: number): FileTime | undefined {
  // 2^32 = 429,496 × 10,000 + 7,296: whole milliseconds and the rest, each exact in a double.
  const rest = high * 7_296 + low;
  const wholeMs = high * 429_496 + Math.floor(rest / ticksPerMs) - epochOffsetMs;
  if (wholeMs < -epochOffsetMs || wholeMs > maxTimeMs) return undefined;
  const ticks = rest % ticksPerMs;
  return {
    ms: wholeMs + ticks / ticksPerMs,
    text: `${isoToMs(wholeMs).slice(0, -1)}${String(ticks).padStart(4, '0')}Z`,
  };
}

/**
 * The FILETIME of a time in ms. Exact to 3 ticks (0.3 µs) only: a double holds today's milliseconds with
 * a fraction of 1/4096.
 */
export function toFileTime(timeMs: number): bigint {
  const whole = Math.floor(timeMs);
  return BigInt(whole + epochOffsetMs) * 10_000n + BigInt(Math.round((timeMs - whole) * ticksPerMs));
}

// Records come in bursts: most share the second.
let cachedSecond = Number.NaN;
let cachedText = '';

function isoToMs(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedText = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return `${cachedText}${String(timeMs - second * 1000).padStart(3, '0')}Z`;
}
