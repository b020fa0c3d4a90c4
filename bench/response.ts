import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResponseStage } from '../src/response/index.ts';
import { FakeProcesses } from '../test/response/fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../test/response/response-world.ts';

/**
 * From a scored start to the end of its action, without the system's own part: the processes are invented, the
 * journal is a file that is flushed to this machine's disk. And what a start costs that nothing fired on.
 */
const actions = 1_000;
const starts = 1_000_000;

function print(name: string, value: number, unit: string): void {
  process.stdout.write(
    `${JSON.stringify({ name: `response ${name}`, value: Number(value.toPrecision(3)), unit })}\n`,
  );
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), 'pc-bench-response-'));
const processes = new FakeProcesses();
const budget = { perMinute: 1e9, perHour: 1e9, perUser: 1e9, perImage: 1e9 };
const world = new ResponseWorld(processes, { mode: 'terminate', budget }, join(folder, 'journal.db'));
try {
  const stage = new ResponseStage(world.parts);
  const beforeActMs: number[] = [];
  const wholeMs: number[] = [];
  for (let index = 0; index < actions; index++) {
    const pid = 1_000 + 4 * index;
    const createdMs = noonMs + index * 60_000;
    world.nowMs = createdMs + 5;
    processes.start({ pid, createdMs });
    const subject = flagged({ pid, createdMs });
    let actedMs = 0;
    processes.between = () => {
      actedMs = performance.now();
    };
    const startedMs = performance.now();
    stage.take(...subject);
    await stage.settle();
    wholeMs.push(performance.now() - startedMs);
    beforeActMs.push(actedMs - startedMs);
  }
  if (processes.ended.length !== actions) throw new Error('not every process was ended');
  for (const [name, times] of [
    ['decision to act', beforeActMs],
    ['decision to outcome', wholeMs],
  ] as const) {
    const sorted = [...times].sort((a, b) => a - b);
    print(`${name} p50`, percentile(sorted, 0.5), 'ms');
    print(`${name} p99`, percentile(sorted, 0.99), 'ms');
    print(`${name} most`, sorted.at(-1) ?? Number.NaN, 'ms');
  }
  const [start, interim] = flagged();
  const startedMs = performance.now();
  for (let index = 0; index < starts; index++) stage.take(start, interim, []);
  print('start without detection', ((performance.now() - startedMs) * 1e6) / starts, 'ns');
} finally {
  world.journal.close();
  rmSync(folder, { recursive: true, force: true });
}
