import { createTimers, Forwarder, type OutboxQueue } from '../../src/forward/index.ts';
import { makeSettings, openTestRoute } from './destination.ts';
import { createMemoryLog } from './memory-log.ts';

/** A forwarder to one Elasticsearch that is impatient, in real time, by the name `siem`. */
export function startForwarder(
  queue: OutboxQueue,
  url: string,
  { batch = 4 }: { readonly batch?: number } = {},
): Forwarder {
  const settings = makeSettings('elasticsearch', { hosts: [url], gzip: false });
  const forwarder = new Forwarder({
    queue,
    routes: [openTestRoute(settings, { timeoutMs: 60_000 })],
    limits: { maxBytes: 1e12, maxAgeMs: 1e12 },
    batch: { maxEntries: batch, maxBytes: 1_000_000, maxAgeMs: 0 },
    backoff: { minMs: 1, maxMs: 2 },
    timeoutMs: 60_000,
    timers: createTimers(),
    clock: { nowMs: Date.now },
    random: () => 0.5,
    log: createMemoryLog(),
    agent: { version: '0.1.0', hostName: 'WS-0417', hostId: undefined },
  });
  forwarder.start();
  return forwarder;
}
