import { createTimers, Forwarder, type Route } from '../../src/forward/index.ts';
import { BookmarkTable, OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeEntry } from '../support/outbox-entry.ts';

/**
 * What of the agent matters here, as a process that a test can kill: raises alert after alert from the bookmark on, a
 * batch a transaction, and forwards them. Arguments: state file, alerts in all, Elasticsearch port, syslog port,
 * record file. Says what the outbox counted when everything was delivered.
 */
const [path = '', total = '0', elasticPort = '', syslogPort = '', recordFile = ''] = process.argv.slice(2);
const batchSize = 250;
const count = Number(total);

const store = Store.open(path);
const outbox = new OutboxTable(store);
const bookmarks = new BookmarkTable(store);
const log = createMemoryLog();

const limits = { timeoutMs: 1_500, connectTimeoutMs: 1_000 };
const routes: Route[] = [
  {
    ...openTestRoute(makeSettings('elasticsearch', { hosts: [`http://127.0.0.1:${elasticPort}`] }), limits),
    name: 'elastic',
  },
  {
    ...openTestRoute(makeSettings('syslog', { host: '127.0.0.1', port: Number(syslogPort) }), limits),
    name: 'syslog',
  },
  { ...openTestRoute(makeSettings('file', { path: recordFile, maxFileBytes: 1e9 }), limits), name: 'record' },
];
const forwarder = new Forwarder({
  queue: outbox,
  routes,
  limits: { maxBytes: 1e12, maxAgeMs: 1e12 },
  batch: { maxEntries: 500, maxBytes: 4_000_000, maxAgeMs: 20 },
  backoff: { minMs: 20, maxMs: 200 },
  timeoutMs: limits.timeoutMs,
  timers: createTimers(),
  clock: { nowMs: Date.now },
  random: Math.random,
  log,
  agent: { version: '0.1.0', hostName: 'WS-0417', hostId: undefined },
});
forwarder.start();

for (let next = Number(bookmarks.get('source') ?? 0); next < count; ) {
  const last = Math.min(count, next + batchSize);
  const entries = Array.from({ length: last - next }, (_, index) => makeEntry(next + index));
  store.transaction(() => {
    outbox.put(entries);
    bookmarks.set('source', String(last));
  });
  forwarder.wake();
  next = last;
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await forwarder.drain(600_000);
await forwarder.stop();
const desk = new OutboxDesk(store);
process.stdout.write(`${JSON.stringify({ totals: desk.totals(), destinations: desk.destinations() })}\n`);
store.close();
