import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serviceFlags } from '../src/agent/installation/index.ts';
import { toEcs } from '../src/event/index.ts';
import { sampleStarts } from './sample-events.ts';

/**
 * The memory of the bundled agent at work, on Linux: `run` with a state file reads the starts of one host from standard input.
 * `PC_BENCH_STARTS` are told (12,000), `PC_BENCH_RATE` a second (200), their times `1 / 200` s apart: 720,000 are an hour,
 * whatever the rate. `PC_BENCH_FLAGS` takes the place of the flags that the service has. With `PC_BENCH_WATCHED` a thread of
 * Node's watches the main one, as it does for a service of systemd; for the Windows service the native library does.
 * dist/ must have been built.
 * Figures are the kernel's: `private` is what nobody else could use, `file` are pages of programs and libraries.
 */
const starts = Number(process.env['PC_BENCH_STARTS'] ?? 12_000);
const perSecond = Number(process.env['PC_BENCH_RATE'] ?? 200);
const flags = process.env['PC_BENCH_FLAGS']?.split(' ').filter(Boolean) ?? serviceFlags;
const isWatched = process.env['PC_BENCH_WATCHED'] !== undefined;
const bundled = fileURLToPath(new URL('../dist/lib/problemchild/problemchild.mjs', import.meta.url));
const tickMs = 50;
const spacingMs = 5;
const ticksPerSecond = 100;
const host = { id: undefined, name: 'WS-0001' };

interface Sample {
  readonly told: number;
  readonly residentMb: number;
  readonly anonymousMb: number;
}

const folder = mkdtempSync(join(tmpdir(), 'problemchild-bench-'));
const samples: Sample[] = [];
try {
  const agent = spawn(
    process.execPath,
    [...flags, bundled, 'run', '--source', '-', '--state', join(folder, 'state.db'), '--output', 'ndjson'],
    // Without the settings of this script, which are none of the agent's.
    { stdio: ['pipe', 'ignore', 'inherit'], env: isWatched ? { INVOCATION_ID: 'bench' } : {} },
  );
  const ended = once(agent, 'exit');
  await feed(agent);
  await wait(1_000);
  look(agent.pid!, starts);
  report('cpu', cpuSecondsOf(agent.pid!), 's');
  agent.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`the agent ended with ${code}`);
} finally {
  rmSync(folder, { recursive: true });
}
for (const part of [0.1, 0.25, 0.5, 0.75, 1]) {
  const { residentMb, anonymousMb } = samples.findLast(({ told }) => told <= starts * part)!;
  report(`rss_after_${part * 100}_percent`, residentMb, 'MB');
  report(`anonymous_after_${part * 100}_percent`, anonymousMb, 'MB');
}
report('rss_most', Math.max(...samples.map(({ residentMb }) => residentMb)), 'MB');

/** Tells the starts at their rate, and looks at the memory once a second. */
async function feed({ pid, stdin }: ChildProcessByStdio<Writable, null, null>): Promise<void> {
  const source = sampleStarts();
  const beganMs = performance.now();
  const firstMs = Date.now();
  let nextLookMs = beganMs;
  for (let told = 0; told < starts; ) {
    const due = Math.min(starts, Math.ceil(((performance.now() - beganMs) / 1_000) * perSecond));
    let lines = '';
    for (; told < due; told++) {
      const timestamp = new Date(firstMs + told * spacingMs).toISOString();
      const start = { ...source.next().value, id: `bench-${told}`, timestamp, host };
      lines += `${JSON.stringify(toEcs(start))}\n`;
    }
    if (!stdin.write(lines)) await once(stdin, 'drain');
    if (performance.now() >= nextLookMs) {
      look(pid!, told);
      nextLookMs += 1_000;
    }
    await wait(tickMs);
  }
}

function look(pid: number, told: number): void {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? Number.NaN) / 1_024;
  samples.push({ told, residentMb: field('Rss'), anonymousMb: field('Anonymous') });
}

/** Processor time of all the process's threads, in user and kernel mode. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value: Number(value.toPrecision(4)), unit })}\n`);
}
