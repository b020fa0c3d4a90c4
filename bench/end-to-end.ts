import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { toEcs } from '../src/event/index.ts';
import { sampleEvents } from './sample-events.ts';

/**
 * The commands as a user runs them, on an NDJSON file of `PC_BENCH_EVENTS` process starts (100,000; about
 * 1,150,000 make 1 GB): events a second and the most memory that the process held.
 */

const events = Number(process.env['PC_BENCH_EVENTS'] ?? 100_000);
const rows = 20_000;
const startMs = Date.UTC(2026, 10, 18);
const spacingMs = 500;
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'problemchild-bench-'));

try {
  const input = join(folder, 'input.ndjson');
  await writeInput(input);
  report('input.bytes', statSync(input).size, 'bytes');
  for (const command of ['score', 'replay']) {
    const { seconds, peakBytes } = await run(
      [command, '--output', 'ndjson', input].filter(
        (_, at) => command === 'replay' || (at !== 1 && at !== 2),
      ),
    );
    report(`end-to-end.${command}.events`, Math.round(events / seconds), 'events/s');
    report(`end-to-end.${command}.peak-rss`, peakBytes, 'bytes');
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function writeInput(path: string): Promise<void> {
  const samples = sampleEvents(Math.min(rows, events));
  const out = createWriteStream(path);
  for (let index = 0; index < events; index++) {
    const sample = samples[index % samples.length]!;
    const timestamp = new Date(startMs + index * spacingMs).toISOString();
    const line = `${JSON.stringify(toEcs({ ...sample, id: `bench-${index}`, timestamp }))}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function run(args: readonly string[]): Promise<{ seconds: number; peakBytes: number }> {
  const startedMs = performance.now();
  const sink = openSync('/dev/null', 'w');
  const child = spawn(process.execPath, ['--max-semi-space-size=4', main, ...args], {
    stdio: ['ignore', sink, 'inherit'],
  });
  let peakBytes = 0;
  const poll = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, 50);
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(poll);
  if (exitCode !== 0) throw new Error(`problemchild ${args[0]} ended with ${exitCode}`);
  return { seconds: (performance.now() - startedMs) / 1_000, peakBytes };
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

function report(name: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ name, value, unit })}\n`);
}
