import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../src/agent/installation/index.ts';
import { type ProcessEvent, toEcs } from '../src/event/index.ts';
import { alertHeavyEvents } from './alert-heavy-events.ts';
import { sampleStarts } from './sample-events.ts';

/**
 * The commands as a host runs them (bundled, one thread), on NDJSON files of `PC_BENCH_EVENTS` process starts
 * (100,000; about 840,000 make 1 GB): events a second by the clock and by processor time, starting up included,
 * and the most memory that the process held. `end-to-end` is on starts that repeat as those of ordinary hosts do;
 * `end-to-end.alert-heavy` on half as many, all different, of which four in ten alert.
 */

const events = Number(process.env['PC_BENCH_EVENTS'] ?? 100_000);
const heavyRows = 20_000;
const startMs = Date.UTC(2026, 10, 18);
const spacingMs = 500;
const root = fileURLToPath(new URL('..', import.meta.url));
const bundled = join(root, 'dist/lib/problemchild/problemchild.mjs');
/** Linux counts processor time in hundredths of a second, whatever its clock. */
const ticksPerSecond = 100;
const folder = mkdtempSync(join(tmpdir(), 'problemchild-bench-'));

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

if (spawnSync(process.execPath, [join(root, 'installer/build.ts')], { stdio: 'ignore' }).status !== 0) {
  throw new Error('installer/build.ts failed');
}
try {
  await measureFile('end-to-end', sampleStarts(), events);
  const heavyEvents = Math.ceil(events / 2);
  await measureFile('end-to-end.alert-heavy', repeat(alertHeavyEvents(heavyRows)), heavyEvents);
} finally {
  rmSync(folder, { recursive: true });
}

async function measureFile(name: string, starts: Iterator<ProcessEvent>, count: number): Promise<void> {
  const input = join(folder, 'input.ndjson');
  await writeInput(input, starts, count);
  report(`${name}.bytes`, statSync(input).size, 'bytes');
  for (const args of [
    ['score', input],
    ['replay', '--output', 'ndjson', input],
  ]) {
    const { seconds, cpuSeconds, peakBytes } = await run(args);
    report(`${name}.${args[0]}.events`, Math.round(count / seconds), 'events/s');
    report(`${name}.${args[0]}.events-per-cpu`, Math.round(count / cpuSeconds), 'events/CPU-s');
    report(`${name}.${args[0]}.peak-rss`, peakBytes, 'bytes');
  }
  rmSync(input);
}

function* repeat<T>(values: readonly T[]): Generator<T, never, undefined> {
  for (;;) yield* values;
}

async function writeInput(path: string, starts: Iterator<ProcessEvent>, count: number): Promise<void> {
  const out = createWriteStream(path);
  for (let index = 0; index < count; index++) {
    const timestamp = new Date(startMs + index * spacingMs).toISOString();
    const line = `${JSON.stringify(toEcs({ ...starts.next().value, id: `bench-${index}`, timestamp }))}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function run(args: readonly string[]): Promise<Run> {
  const startedMs = performance.now();
  const sink = openSync('/dev/null', 'w');
  const child = spawn(process.execPath, [...nodeFlags, bundled, ...args], {
    stdio: ['ignore', sink, 'inherit'],
  });
  let peakBytes = 0;
  let cpuSeconds = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid));
  }, 20);
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(poll);
  if (exitCode !== 0) throw new Error(`problemchild ${args[0]} ended with ${exitCode}`);
  return { seconds: (performance.now() - startedMs) / 1_000, cpuSeconds, peakBytes };
}

/** The kernel's own high-water mark of resident memory. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

/** Processor time of all the process's threads, in user and kernel mode, as of the last look. */
function cpuSecondsOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value, unit })}\n`);
}
