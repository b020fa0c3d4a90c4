import { extractElasticFields } from '../src/problemchild/elastic-fields.ts';
import { createBundleEncoder, elasticFeatures, featureSets } from '../src/problemchild/index.ts';
import { alertHeavyEvents } from './alert-heavy-events.ts';
import { sampleModel } from './sample-model.ts';

/** Turning process starts into features and rows of numbers, one core. */

const EVENTS = Number(process.env['PC_BENCH_EVENTS'] ?? 20_000);
const ROUNDS = 5;

const events = alertHeavyEvents(EVENTS);

measure('features.elastic-g2.normalized', (event) => extractElasticFields(event, 'g2').commandLine.length);
measure('features.elastic-g2.named', (event) => Object.keys(elasticFeatures(event, 'g2')).length);

const { bundle } = sampleModel(events.slice(0, 2000), 100);
const elastic = createBundleEncoder(bundle);
const elasticRow = new Float32Array(elastic.width);
report('features.elastic-g2.columns', elastic.width, 'columns');
measure('features.elastic-g2.encoded', (event) => {
  elastic.write(event, elasticRow, 0);
  return 1;
});

const agent = featureSets['agent-v1']?.createEncoder();
if (agent !== undefined) {
  const row = new Float32Array(agent.width);
  measure('features.agent-v1.encoded', (event) => {
    agent.write(event, row, 0);
    return 1;
  });
}

/** The best of some rounds, after one to warm up, in processor time: what else runs here does not count. */
function measure(name: string, work: (event: (typeof events)[number]) => number): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = process.cpuUsage();
    let sum = 0;
    for (const event of events) sum += work(event);
    if (sum < events.length) throw new Error(`${name} made nothing`);
    const { user, system } = process.cpuUsage(start);
    if (round > 0) best = Math.min(best, (user + system) / 1000);
  }
  report(name, (events.length / best) * 1000, 'events/s');
  report(`${name}.per_event`, (best / events.length) * 1000, 'µs');
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Number(value.toPrecision(4)), unit })}\n`);
}
