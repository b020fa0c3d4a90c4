import { type AnomalyHost, OpenBucket } from './anomaly-host.ts';
import type { AnomalyOptions } from './options.ts';

type ClockOptions = Pick<AnomalyOptions, 'bucketSpanMs' | 'graceMs' | 'setBackMs'>;

export interface ClockStep {
  /** Buckets that the event closes, in order of time. */
  readonly closing: readonly OpenBucket[];
  readonly setBack: boolean;
}

const nothing: ClockStep = { closing: [], setBack: false };

/**
 * Moves the host's clock to an event. Event time is the only clock: a bucket closes when an event of the
 * same host comes that is later than the bucket's end and its grace.
 */
export function stepClock(host: AnomalyHost, timeMs: number, options: ClockOptions): ClockStep {
  if (timeMs > host.watermarkMs) {
    host.watermarkMs = timeMs;
    host.dirty = true;
    if (host.buckets.length === 0) return nothing;
    const due = host.buckets.filter((bucket) => isOver(bucket.index, timeMs, options));
    return due.length === 0 ? nothing : { closing: takeBuckets(host, due), setBack: false };
  }
  if (timeMs >= host.watermarkMs - options.setBackMs) return nothing;
  host.watermarkMs = timeMs;
  host.newestIndex = Number.NaN;
  host.dirty = true;
  return { closing: takeBuckets(host, [...host.buckets]), setBack: true };
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
  return (index + 1) * options.bucketSpanMs + options.graceMs <= watermarkMs;
}
