import type { HostEvent } from '../../../src/event/index.ts';
import type { EventSource, SourceBatch } from '../../../src/source/index.ts';
import { patienceMs } from './until.ts';

export interface Reading {
  readonly batches: SourceBatch[];
  readonly events: HostEvent[];
}

/**
 * Reads a live source until `enough` says so, stops it in order, and gives back everything it handed over.
 * @throws when that is not in time
 */
export async function readUntil(
  source: EventSource,
  enough: (reading: Reading) => boolean,
  options: { readonly bookmark?: string; readonly batchSize?: number } = {},
): Promise<Reading> {
  const stop = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, patienceMs);
  const reading: Reading = { batches: [], events: [] };
  const { batchSize = 512, ...rest } = options;
  try {
    for await (const batch of source.batches({ ...rest, batchSize, signal: stop.signal })) {
      reading.batches.push(batch);
      reading.events.push(...batch.events);
      if (enough(reading)) stop.abort();
    }
  } finally {
    clearTimeout(timer);
  }
  if (isLate) throw new Error(`not seen within ${patienceMs / 1_000} s: ${JSON.stringify(reading.events)}`);
  return reading;
}
