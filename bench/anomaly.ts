/**
 * A year on one host: 20,000 process starts a day of 50 users, through the anomaly jobs and into the state
 * file, committed every 512 starts.
 *
 *   node bench/anomaly.ts [--days 365] [--per-day 20000] [--users 50] [--mode default|elastic]
 *
 * Prints, month by month, the processor time of the jobs per start (with the share of the state file's writes), the
 * size of the state file, the entities and pairs it holds and the resident memory. The starts are made here
 * and their making is not counted: 40 names that run all the time, 600 that follow a Zipf law, and 20 a day
 * that never came before; 1 start in 100 is flagged, most of them of the same few programs.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  AnomalyEngine,
  type AnomalyMode,
  compilePriors,
  type ScoredStart,
  shippedCounts,
} from '../src/anomaly/index.ts';
import { AnomalyStateTable, Store } from '../src/store/index.ts';
import { makeProcessEvent } from '../test/support/process-event.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    'per-day': { type: 'string', default: '20000' },
    users: { type: 'string', default: '50' },
    mode: { type: 'string', default: 'default' },
  },
});
const days = Number(values.days);
const perDay = Number(values['per-day']);
const users = Number(values.users);
const mode: AnomalyMode = values.mode === 'elastic' ? 'elastic' : 'default';
const batchSize = 512;
const dayMs = 24 * 60 * 60_000;
const begin = Date.UTC(2025, 0, 1);

/** A generator of its own (xorshift32), so that every run sees the same year. */
let seed = 0x9e3779b9;
function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}

function pickName(day: number): string {
  const draw = random();
  if (draw < 0.7) return `always${Math.floor(random() * 40)}.exe`;
  if (draw < 0.999) return `program${Math.floor(600 ** random())}.exe`;
  return `new${day}-${Math.floor(random() * 20)}.exe`;
}

function makeStart(day: number, index: number): ScoredStart {
  const name = pickName(day);
  const flagged = random() < 0.01;
  const probability = flagged ? 0.5 + random() / 2 : random() / 3;
  const timeMs = begin + day * dayMs + (index * dayMs) / perDay;
  const event = makeProcessEvent({
    id: `${day}-${index}`,
    timeMs,
    host: { name: 'SRV-01' },
    user: { name: `user${Math.floor(users * random() ** 2)}`, domain: 'CORP' },
    process: {
      name,
      executable: `C:\\Program Files\\${name}`,
      commandLine: `"C:\\Program Files\\${name}" --run ${index}`,
      parent: { name: `always${Math.floor(random() ** 2 * 40)}.exe` },
    },
  });
  return {
    event,
    ancestors: [],
    prediction: {
      prediction: flagged ? 1 : 0,
      predictionProbability: flagged ? probability : 1 - probability,
      maliciousProbability: probability,
      blocklistLabel: undefined,
    },
  };
}

/** Processor time of this process so far. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const folder = mkdtempSync(join(tmpdir(), 'bench-anomaly-'));
const path = join(folder, 'state.db');
const store = Store.open(path);
const table = new AnomalyStateTable(store);
const engine = new AnomalyEngine({ options: { mode }, priors: compilePriors(shippedCounts) });
print('| day | µs per start | of it saving | state file MB | entities | pairs | records | RSS MB |');
print('|---|---|---|---|---|---|---|---|');
let observing = 0;
let saving = 0;
let taken = 0;
for (let day = 0; day < days; day++) {
  for (let at = 0; at < perDay; at += batchSize) {
    const batch: ScoredStart[] = [];
    for (let i = at; i < Math.min(perDay, at + batchSize); i++) batch.push(makeStart(day, i));
    const began = cpuMs();
    for (const start of batch) engine.observe(start);
    engine.takeClosed();
    const observed = cpuMs();
    store.transaction(() => engine.save(table));
    observing += observed - began;
    saving += cpuMs() - observed;
    taken += batch.length;
  }
  if ((day + 1) % 30 !== 0 && day + 1 !== days) continue;
  const { entities, pairs } = engine.size;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const micros = (ms: number): string => ((ms * 1_000) / taken).toFixed(2);
  print(
    `| ${day + 1} | ${micros(observing + saving)} | ${micros(saving)} | ${megabytes(statSync(path).size)} | ${entities} | ${pairs} | ${engine.counters.records} | ${megabytes(process.memoryUsage.rss())} |`,
  );
  observing = 0;
  saving = 0;
  taken = 0;
}
const loading = performance.now();
new AnomalyEngine({ options: { mode }, state: table.load(mode) });
print(`\nloading the state: ${(performance.now() - loading).toFixed(0)} ms`);
store.close();
rmSync(folder, { recursive: true, force: true });
