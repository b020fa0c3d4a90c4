import { mkdtempSync, rmSync } from 'node:fs';
import type { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createTimers, Forwarder } from '../src/forward/index.ts';
import { OutboxTable, Store } from '../src/store/index.ts';
import { makeSettings, openTestRoute } from '../test/support/destination.ts';
import { createMemoryLog } from '../test/support/memory-log.ts';
import { makeEntry } from '../test/support/outbox-entry.ts';

/**
 * Alerts of about 2.4 KB into the outbox, 500 a transaction; out of it by `_bulk`, gzip on, to a receiver on loopback
 * that reads and answers but keeps nothing; and a backlog of `PC_BENCH_BACKLOG_MB` (64; the claim is made for 1024)
 * drained, with the memory that takes. The receiver is a thread of its own. Figures `….per_cpu` are for each second of
 * processor time of the process, the receiver's included, and say the same on a busy machine.
 */

const alerts = Number(process.env['PC_BENCH_EVENTS'] ?? 50_000);
const backlogMb = Number(process.env['PC_BENCH_BACKLOG_MB'] ?? 64);
const batch = 500;
const filler = 'powershell -enc '.padEnd(2_000, 'JABhAD0AJwBoAHQAdABwACcA');

function makeAlert(n: number) {
  const entry = makeEntry(n);
  const document = JSON.stringify({
    ...(JSON.parse(entry.document) as object),
    process: { command_line: filler },
  });
  return { ...entry, document };
}

const folder = mkdtempSync(join(tmpdir(), 'problemchild-bench-'));
const store = Store.open(join(folder, 'state.db'));
const outbox = new OutboxTable(store);
outbox.configure(['elastic']);
const receiver = await startReceiver();
try {
  const entries = Array.from({ length: alerts }, (_, n) => makeAlert(n));
  await measure('forward.outbox_in', alerts, 'alerts', async () => {
    for (let at = 0; at < alerts; at += batch) outbox.add(entries.slice(at, at + batch));
  });
  await measure('forward.bulk_out', alerts, 'alerts', drain);
  entries.length = 0;

  let queued = 0;
  for (let n = alerts; queued < backlogMb * 1_048_576; n += batch) {
    const part = Array.from({ length: batch }, (_, index) => makeAlert(n + index));
    outbox.add(part);
    queued += part.reduce((sum, { document }) => sum + Buffer.byteLength(document), 0);
  }
  globalThis.gc?.();
  const beforeBytes = process.memoryUsage().rss;
  const { entries: backlog } = outbox.totals();
  let peakBytes = beforeBytes;
  /** What is held when each fifth is done; the rest is garbage until the next collection. */
  const held: number[] = [];
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
    const done = 1 - outbox.totals().entries / backlog;
    if (done * 5 < held.length + 1) return;
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    held.push(heapUsed + external);
  }, 20);
  const name = `forward.backlog_${backlogMb}mb`;
  await measure(name, queued / 1_048_576, 'MB', drain);
  clearInterval(poll);
  report(`${name}.peak`, (peakBytes - beforeBytes) / 1_048_576, 'MB');
  report(`${name}.growth`, ((held.at(-1) ?? 0) - (held[0] ?? 0)) / 1_048_576, 'MB');
} finally {
  store.close();
  await receiver.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function drain(): Promise<void> {
  const route = openTestRoute(makeSettings('elasticsearch', { hosts: [receiver.url] }));
  const forwarder = new Forwarder({
    queue: outbox,
    routes: [{ ...route, name: 'elastic' }],
    limits: { maxBytes: 1e12, maxAgeMs: 1e12 },
    batch: { maxEntries: batch, maxBytes: 4_194_304, maxAgeMs: 1_000 },
    backoff: { minMs: 1_000, maxMs: 60_000 },
    timeoutMs: 30_000,
    timers: createTimers(),
    clock: { nowMs: Date.now },
    random: Math.random,
    log: createMemoryLog(),
    agent: { version: '0.1.0', hostName: 'bench', hostId: undefined },
  });
  forwarder.start();
  if (!(await forwarder.drain(3_600_000))) throw new Error('the backlog was not drained');
  await forwarder.stop();
}

async function startReceiver(): Promise<{ url: string; stop(): Promise<unknown> }> {
  // What runs in the thread is this function's text, so that it does not share the sender's event loop.
  const source = `(${serve.toString()})(require('node:worker_threads').parentPort, require('node:http').createServer, require('node:zlib').createGunzip)`;
  const worker = new Worker(source, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  return { url: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}

function serve(
  parent: { postMessage(port: number): void },
  create: typeof createServer,
  createGunzip: () => NodeJS.ReadWriteStream,
): void {
  const server = create((request, response) => {
    let lines = 0;
    const body = request.pipe(createGunzip());
    body.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    });
    body.on('end', () => {
      const items = Array.from({ length: lines / 2 }, () => '{"create":{"status":201}}');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"errors":false,"items":[${items.join(',')}]}`);
    });
  });
  server.listen(0, '127.0.0.1', () => parent.postMessage((server.address() as { port: number }).port));
}

async function measure(name: string, count: number, unit: string, work: () => Promise<void>): Promise<void> {
  const [startedMs, usedBefore] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(usedBefore);
  report(name, (count * 1_000) / (performance.now() - startedMs), `${unit}/s`);
  report(`${name}.per_cpu`, (count * 1e6) / (user + system), `${unit}/s`);
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Number(value.toPrecision(4)), unit })}\n`);
}
