import { type AnomalyHost, OpenBucket } from './anomaly-host.ts';
import type { AnomalyOptions } from './options.ts';

type ClockOptions = Pick<AnomalyOptions, 'bucketSpanMs' | 'graceMs' | 'setBackMs'>;

export interface ClockStep {
  /** Buckets that the event closes, in order of time. */
  readonly closing: readonly OpenBucket[];
  readonly setBack: boolean;
}

const nothing: ClockStep = { closing: [], setBack: false };

/** So many late starts in a row tell that the clock was ahead. */
const lateRunStarts = 50;
/** So few do where their times lie a bucket apart: a quiet host would wait long for more. */
const slowLateRunStarts = 10;
/** Doublings of both beyond which a clock is not set back any more until it has gone on. */
const mostDoublings = 20;

/**
 * Moves the host's clock to an event. Event time is the only clock: a bucket closes when an event of the
 * same host comes that is later than the bucket's end and its grace. A clock that was ahead is set back by what comes
 * afterwards; one late start does not do it, nor many between which others are on time. Each such set-back makes the next
 * twice as hard: where two streams of one host take turns, the clock is not to go back and forth with them.
 */
export function stepClock(host: AnomalyHost, timeMs: number, options: ClockOptions): ClockStep {
  if (timeMs > host.watermarkMs) {
    host.watermarkMs = timeMs;
    host.lateRun = 0;
    host.dirty = true;
    if (host.buckets.length === 0) return nothing;
    const due = host.buckets.filter((bucket) => isOver(bucket.index, timeMs, options));
    if (due.some(({ index }) => index >= host.newestIndex)) host.lateSetBacks = 0;
    return due.length === 0 ? nothing : { closing: takeBuckets(host, due), setBack: false };
  }
  if (timeMs >= host.watermarkMs - options.setBackMs) {
    if (!endsLateRun(host, timeMs, options)) return nothing;
    host.lateSetBacks = Math.min(mostDoublings, host.lateSetBacks + 1);
  }
  host.watermarkMs = timeMs;
  host.lateRun = 0;
  host.dirty = true;
  return { closing: takeBuckets(host, [...host.buckets]), setBack: true };
}

/** Takes note of a start that does not move the clock; whether it is the last of a run that sets the clock back. */
function endsLateRun(host: AnomalyHost, timeMs: number, options: ClockOptions): boolean {
  const index = Math.floor(timeMs / options.bucketSpanMs);
  if (!isOver(index, host.watermarkMs, options) || host.buckets.some((bucket) => bucket.index === index)) {
    if (host.lateRun > 0) host.dirty = true;
    host.lateRun = 0;
    return false;
  }
  if (host.lateRun === 0) host.lateSinceMs = timeMs;
  host.lateRun++;
  host.dirty = true;
  const doubled = 2 ** host.lateSetBacks;
  if (host.lateRun >= lateRunStarts * doubled) return true;
  return host.lateRun >= slowLateRunStarts * doubled && timeMs - host.lateSinceMs >= options.bucketSpanMs;
}

/**
 * Closes the buckets that are over at a time of day. The host's clock moves no further than they need to stay closed:
 * where the time of day is wrong, the starts that come are not late for it.
 */
export function closeOver(host: AnomalyHost, timeMs: number, options: ClockOptions): OpenBucket[] {
  const due = host.buckets.filter((bucket) => isOver(bucket.index, timeMs, options));
  if (due.length === 0) return due;
  const closedAtMs = Math.max(...due.map(({ index }) => closingMs(index, options)));
  host.watermarkMs = Math.max(host.watermarkMs, closedAtMs);
  host.dirty = true;
  return takeBuckets(host, due);
}

/** The open bucket of `timeMs`, opened now if need be; `undefined` when it is closed already. */
export function findBucket(
  host: AnomalyHost,
  timeMs: number,
  options: ClockOptions,
  takeSerial: () => number,
): { readonly bucket: OpenBucket; readonly opened: boolean } | undefined {
  const index = Math.floor(timeMs / options.bucketSpanMs);
  for (const bucket of host.buckets) if (bucket.index === index) return { bucket, opened: false };
  if (isOver(index, host.watermarkMs, options)) return undefined;
  host.advanceTo(index);
  const slot = host.buckets.some((open) => open.slot === 1) ? 2 : 1;
  const bucket = new OpenBucket(takeSerial(), index, host.age, slot);
  host.buckets.push(bucket);
  return { bucket, opened: true };
}

/** Takes open buckets off the host, in order of time. */
export function takeBuckets(host: AnomalyHost, taken: OpenBucket[]): OpenBucket[] {
  for (const bucket of taken) host.buckets.splice(host.buckets.indexOf(bucket), 1);
  return taken.sort((a, b) => a.index - b.index);
}

function isOver(index: number, watermarkMs: number, options: ClockOptions): boolean {
  return closingMs(index, options) <= watermarkMs;
}

/** When a bucket closes. */
function closingMs(index: number, { bucketSpanMs, graceMs }: ClockOptions): number {
  return (index + 1) * bucketSpanMs + graceMs;
}
