import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const victim = fileURLToPath(new URL('./response-victim.ts', import.meta.url));

interface Report {
  readonly steps: number;
  readonly failed: readonly string[];
  readonly frozen: readonly number[];
  readonly running: readonly number[];
  readonly holds: number;
  readonly unfinished: number;
  readonly journal: readonly string[];
  readonly done: readonly string[];
}

/** What the agent reported; `undefined` when it was killed. */
function run(scenario: string, folder: string, step: number, phase: 'act' | 'recover'): Report | undefined {
  const { signal, status, stdout, stderr } = spawnSync(
    process.execPath,
    [victim, scenario, folder, String(step), phase],
    { encoding: 'utf8' },
  );
  if (signal === 'SIGKILL') return undefined;
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Report;
}

const scenarios = ['terminate', 'tree', 'hold', 'resume', 'suspend'];

for (const scenario of scenarios) {
  test(`killed at each step of: ${scenario}`, (context) => {
    const killed: number[] = [];
    for (let step = 0; ; step++) {
      const folder = mkdtempSync(join(tmpdir(), 'pc-crash-'));
      try {
        const isKilled = run(scenario, folder, step, 'act') === undefined;
        // The run after the crash is killed as well, at every third step, and the run after that is let live.
        if (isKilled && step % 3 === 0) run(scenario, folder, step, 'recover');
        const report = run(scenario, folder, -1, 'recover');
        assert.ok(report);
        const told = `step ${step}: ${JSON.stringify(report)}`;
        assert.deepEqual(report.failed, [], told);
        assert.deepEqual(report.frozen, [], told);
        assert.deepEqual([report.holds, report.unfinished], [0, 0], told);
        for (const verb of ['suspend', 'resume', 'terminate', 'terminateTree']) {
          const times = report.done.filter((act) => act.startsWith(`${verb} `)).length;
          assert.ok(times <= 1, told);
          const name = verb === 'terminateTree' ? 'terminate' : verb;
          assert.ok(report.journal.filter((each) => each === name).length >= times, told);
        }
        if (!isKilled) break;
        killed.push(step);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    assert.ok(killed.length >= 10);
    context.diagnostic(`killed at ${killed.length} steps`);
  });
}
