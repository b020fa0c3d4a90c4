import type { Cut } from './tree.ts';

/**
 * How the values and cuts of one column are written in single precision so that every value stays on its
 * side of every cut, although the model was trained, and its cuts were chosen, in double.
 */
export interface ColumnScale {
  /** Single-precision `t` such that `x <= t` says of a written value what the cut says of the original. */
  threshold(cut: Cut): number;
  /** Values that must not be written as the nearest single-precision number, and what to write instead. */
  readonly moved: ReadonlyMap<number, number>;
}

/**
 * For a column that only ever holds the given values. Where two values on different sides of a cut round to
 * the same number, the upper one moves up by the smallest step.
 */
export function scaleValues(values: Iterable<number>, cuts: readonly Cut[]): ColumnScale {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const ordered = [...cuts].sort(compareCuts);
  const written: number[] = [];
  const moved = new Map<number, number>();
  let next = 0;
  sorted.forEach((value, index) => {
    let isCutOff = false;
    while (next < ordered.length && !isLower(value, ordered[next]!)) {
      isCutOff = true;
      next++;
    }
    const nearest = Math.min(maxSingle, Math.max(-maxSingle, Math.fround(value)));
    const before = index === 0 ? Number.NEGATIVE_INFINITY : written[index - 1]!;
    const number =
      isCutOff && index > 0 && nearest <= before ? nextSingle(before) : Math.max(nearest, before);
    written.push(number);
    if (number !== Math.fround(value)) moved.set(value, number);
  });
  return { moved, threshold: (cut) => separate(sorted, written, cut) };
}

/** For a column that may hold any number: right for every value that is a single-precision number itself. */
export function scaleAnyNumber(): ColumnScale {
  return { moved: new Map(), threshold: nearestThreshold };
}

function separate(sorted: readonly number[], written: readonly number[], cut: Cut): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLower(sorted[middle]!, cut)) low = middle + 1;
    else high = middle;
  }
  const lastLower = low > 0 ? written[low - 1]! : Number.NEGATIVE_INFINITY;
  const firstUpper = low < written.length ? written[low]! : Number.POSITIVE_INFINITY;
  const nearest = nearestThreshold(cut);
  if (nearest >= lastLower && nearest < firstUpper) return nearest;
  return low > 0 ? lastLower : previousSingle(firstUpper);
}

/** The greatest single-precision number on the lower side of a cut. */
function nearestThreshold({ bound, inclusive }: Cut): number {
  const single = Math.fround(bound);
  const isLow = inclusive ? single <= bound : single < bound;
  return isLow ? single : previousSingle(single);
}

function isLower(value: number, { bound, inclusive }: Cut): boolean {
  return inclusive ? value <= bound : value < bound;
}

/** By how far up the lower side reaches. */
function compareCuts(a: Cut, b: Cut): number {
  return a.bound - b.bound || Number(a.inclusive) - Number(b.inclusive);
}

const scratch = new DataView(new ArrayBuffer(4));

const maxSingle = (2 - 2 ** -23) * 2 ** 127;

/** The next greater single-precision number. */
export function nextSingle(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  if (value === 0) return 2 ** -149;
  scratch.setFloat32(0, value);
  scratch.setInt32(0, scratch.getInt32(0) + (value > 0 ? 1 : -1));
  return scratch.getFloat32(0);
}

export function previousSingle(value: number): number {
  return -nextSingle(-value);
}
