import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createScorer, openScorer, type Scorer } from '../src/problemchild/index.ts';
import { alertHeavyEvents } from './alert-heavy-events.ts';
import { sampleModel } from './sample-model.ts';

/**
 * Scoring process starts, features and model together, on one core: in batches, by processor time, and one
 * at a time, by the clock.
 */

const EVENTS = Number(process.env['PC_BENCH_EVENTS'] ?? 20_000);
const SINGLES = 5000;
const ROUNDS = 3;

// No two alike, and more than a scorer remembers: what is measured is scoring, not remembering.
const events = alertHeavyEvents(Math.max(EVENTS, 20_000));

for (const trees of [100, 500]) {
  const model = sampleModel(events.slice(0, 2000), trees);
  await measure(`scoring.elastic-g2.${trees}_trees`, await createScorer(model));
}
const shipped = join(import.meta.dirname, '../models/agent-v1');
if (existsSync(join(shipped, 'bundle.json'))) await measure('scoring.agent-v1', await openScorer(shipped));
report('scoring.rss', process.resourceUsage().maxRSS / 1024, 'MB');

async function measure(name: string, scorer: Scorer): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = process.cpuUsage();
    const predictions = await scorer.score(events);
    if (predictions.length !== events.length) throw new Error(`${name} scored ${predictions.length}`);
    const { user, system } = process.cpuUsage(start);
    if (round > 0) best = Math.min(best, (user + system) / 1000);
  }
  report(`${name}.batched`, (events.length / best) * 1000, 'events/s');

  const times = new Float64Array(Math.min(SINGLES, events.length));
  for (let index = 0; index < times.length; index++) {
    const start = performance.now();
    await scorer.score([events[index]!]);
    times[index] = performance.now() - start;
  }
  times.sort();
  report(`${name}.single_p50`, times[Math.floor(times.length * 0.5)]!, 'ms');
  report(`${name}.single_p99`, times[Math.floor(times.length * 0.99)]!, 'ms');
  await scorer.close();
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Number(value.toPrecision(4)), unit })}\n`);
}
