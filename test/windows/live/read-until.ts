import type { HostEvent } from '../../../src/event/index.ts';
import type { EventSource, SourceBatch } from '../../../src/source/index.ts';

export interface Reading {
  readonly batches: SourceBatch[];
  readonly events: HostEvent[];
}

const patienceMs = 20_000;

/** Reads a live source until `enough` says so, stops it in order, and gives back everything it handed over. */
export async function readUntil(
  source: EventSource,
  enough: (reading: Reading) => boolean,
  options: { readonly bookmark?: string; readonly batchSize?: number } = {},
): Promise<Reading> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patienceMs);
  const reading: Reading = { batches: [], events: [] };
  const { batchSize = 512, ...rest } = options;
  for await (const batch of source.batches({ ...rest, batchSize, signal: stop.signal })) {
    reading.batches.push(batch);
    reading.events.push(...batch.events);
    if (enough(reading)) stop.abort();
  }
  clearTimeout(timer);
  return reading;
}
