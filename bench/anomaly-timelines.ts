/**
 * What the anomaly jobs find in the multi-day recordings, in both modes:
 *
 *   node bench/anomaly-timelines.ts [../shared/data] [--records]
 *
 * The priors are learnt anew without the group that a recording comes from. Prints a Markdown table:
 * attack phases with a record of 75 or more on one of their events, and records of 75 or more on benign
 * events alone, per host and day.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { learnPriors } from '../models/priors/learn.ts';
import {
  AnomalyEngine,
  type AnomalyMode,
  type AnomalyRecord,
  compilePriors,
  type ScoredStart,
} from '../src/anomaly/index.ts';
import { decodeJson, type ProcessEvent } from '../src/event/index.ts';
import { openScorer } from '../src/problemchild/index.ts';

interface Phases {
  readonly phases: readonly { readonly start: string; readonly event_ids: readonly string[] }[];
  readonly labels: Readonly<Record<string, string>>;
}

const recordings = [
  { name: 'mstic-2021', group: 'mstic' },
  { name: 'mstic-2019', group: 'mstic' },
  { name: 'otrf-lsass-campaign', group: 'otrf-compound' },
  { name: 'dfir-aptsim-win10', group: 'dfirartifactmuseum' },
];
const threshold = 75;
const data = process.argv[2]?.startsWith('--') === false ? process.argv[2] : '../shared/data';
const listsRecords = process.argv.includes('--records');

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const scorer = await openScorer('models/agent-v1');
print(
  '| recording | mode | phases found | phases flagged at once | records ≥ 75 | benign, per host and day |',
);
print('|---|---|---|---|---|---|');
for (const { name, group } of recordings) {
  const phases = JSON.parse(readFileSync(join(data, 'timelines', `${name}.phases.json`), 'utf8')) as Phases;
  const starts = await readStarts(join(data, 'timelines', `${name}.ndjson.gz`));
  const priors = compilePriors(learnPriors(join(data, 'process-events'), [group]));
  for (const mode of ['elastic', 'default'] as const) report(name, mode, starts, phases, priors);
}
await scorer.close();

async function readStarts(file: string): Promise<ScoredStart[]> {
  const events: ProcessEvent[] = [];
  for (const [index, line] of gunzipSync(readFileSync(file)).toString('utf8').split('\n').entries()) {
    if (line === '') continue;
    const decoded = decodeJson(line, { source: file, record: index + 1, offset: 0 });
    if (decoded.kind === 'start') events.push(decoded);
  }
  const predictions = await scorer.score(events);
  return events.map((event, index) => ({ event, ancestors: [], prediction: predictions[index]! }));
}

function report(
  name: string,
  mode: AnomalyMode,
  starts: readonly ScoredStart[],
  { phases, labels }: Phases,
  priors: ReturnType<typeof compilePriors>,
): void {
  const engine = new AnomalyEngine({ options: { mode }, priors });
  const interim = new Map<string, number>();
  const hostDays = new Set<string>();
  for (const start of starts) {
    const { id, host, timeMs } = start.event;
    hostDays.add(`${host.name} ${new Date(timeMs).toISOString().slice(0, 10)}`);
    interim.set(id, engine.observe(start)?.score ?? 0);
  }
  const closed = [...engine.takeClosed(), ...engine.flush()];
  const records = closed.flatMap((bucket) => bucket.records).filter(({ score }) => score >= threshold);
  const isBenign = (record: AnomalyRecord): boolean =>
    record.eventIds.every((id) => labels[id] === undefined);
  const benign = records.filter(isBenign);
  const found = phases.filter(({ event_ids: ids }) =>
    records.some(({ eventIds }) => eventIds.some((id) => ids.includes(id))),
  );
  const atOnce = phases.filter(({ event_ids: ids }) => ids.some((id) => (interim.get(id) ?? 0) >= threshold));
  print(
    `| ${name} | ${mode} | ${found.length} of ${phases.length} | ${atOnce.length} | ${records.length} | ${(benign.length / hostDays.size).toFixed(2)} |`,
  );
  if (!listsRecords) return;
  for (const { start, event_ids: ids } of phases) {
    const flagged = starts.filter(
      ({ event, prediction }) => ids.includes(event.id) && prediction.prediction === 1,
    );
    const best = Math.max(0, ...ids.map((id) => interim.get(id) ?? 0));
    print(`  phase ${start}: ${ids.length} events, ${flagged.length} flagged, best score ${best.toFixed(1)}`);
  }
  for (const record of benign) {
    const { subject } = record;
    print(
      `  benign ${record.job} ${record.score.toFixed(1)} ${record.entity} ${record.process ?? record.actual.toFixed(2)} p=${subject.prediction.maliciousProbability.toFixed(3)} ${subject.event.process.parent.name} -> ${subject.event.process.commandLine?.slice(0, 110)}`,
    );
  }
}
