import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toEcs } from '../src/event/index.ts';
import { openFileSource } from '../src/source/index.ts';
import { sampleEvents } from './sample-events.ts';

/** Reading NDJSON of ECS process starts from a file: cut into lines, parsed, decoded, in batches. */

const events = Number(process.env['PC_BENCH_EVENTS'] ?? 200_000);
const rounds = 3;
const rows = 10_000;

const [command, target] = process.argv.slice(2);
if (command === '--write') writeInput(target!);
else await run();

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pc-bench-ndjson-'));
  try {
    const path = join(folder, 'events.ndjson');
    // In a process of its own, so that memory measured here is the reader's.
    execFileSync(process.execPath, [import.meta.filename, '--write', path]);
    report('ndjson.file', statSync(path).size / 1e6, 'MB');
    let best = 0;
    let leastCpu = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      const { rate, cpuNanos } = await measure(path);
      best = Math.max(best, rate);
      leastCpu = Math.min(leastCpu, cpuNanos);
    }
    report('ndjson.events', best, 'events/s');
    report('ndjson.cpu', leastCpu, 'ns/event');
    report('ndjson.rss', process.resourceUsage().maxRSS / 1024, 'MB');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeInput(path: string): void {
  const samples = sampleEvents(Math.min(rows, events));
  const file = openSync(path, 'w');
  let block = '';
  for (let index = 0; index < events; index++) {
    const sample = samples[index % samples.length]!;
    block += `${JSON.stringify(toEcs({ ...sample, id: `bench-${index}` }))}\n`;
    if (index % 1000 === 999 || index === events - 1) {
      writeSync(file, block);
      block = '';
    }
  }
  closeSync(file);
}

async function measure(path: string): Promise<{ rate: number; cpuNanos: number }> {
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let read = 0;
  for await (const batch of openFileSource([path]).batches({ batchSize: 1000 })) read += batch.events.length;
  const { user, system } = process.cpuUsage(cpu);
  if (read !== events) throw new Error(`read ${read} events`);
  return {
    rate: (events / (performance.now() - startedMs)) * 1000,
    cpuNanos: ((user + system) / events) * 1000,
  };
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Math.round(value), unit })}\n`);
}
