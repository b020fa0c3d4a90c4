/**
 * The shipped model on one thread: processor time per event of its features, of its network and of both.
 *
 *   node bench/model.ts <ECS NDJSON file, gzipped or not> [events]
 *
 * Prints NDJSON {name, value, unit}. Processor time, because a shared machine's clock measures the others too.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decodeJson, type ProcessEvent } from '../src/event/index.ts';
import { createBundleEncoder, openScorer } from '../src/problemchild/index.ts';

const [, , file, wanted = '4000'] = process.argv;
if (file === undefined) {
  process.stderr.write('usage: node bench/model.ts <file> [events]\n');
  process.exit(2);
}
const bytes = readFileSync(file);
const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  .toString('utf8')
  .split('\n')
  .slice(0, Number(wanted));
const events: ProcessEvent[] = [];
lines.forEach((line, index) => {
  if (line === '') return;
  const event = decodeJson(line, { source: file, record: index + 1, offset: 0 });
  if (event.kind === 'start') events.push(event);
});

const scorer = await openScorer('models/agent-v1');
const encoder = createBundleEncoder(scorer.bundle);
const row = new Float32Array(encoder.width);
await measure('agent-v1 features', async () => {
  for (const event of events) encoder.write(event, row, 0);
});
await measure('agent-v1 score', async () => {
  await scorer.score(events);
});
await scorer.close();

async function measure(name: string, run: () => Promise<void>): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / events.length);
  }
  process.stdout.write(`${JSON.stringify({ name, value: Number(best.toFixed(2)), unit: 'us/event' })}\n`);
}
