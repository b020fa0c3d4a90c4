import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { type Phase, runVictim, type Scenario, scenarios } from './response-victim.ts';

const victim = fileURLToPath(new URL('./response-victim.ts', import.meta.url));

/** Runs the agent until it kills itself at a step; false when it came to its end before. */
function isKilledAt(scenario: Scenario, folder: string, step: number, phase: Phase): boolean {
  const args = [victim, scenario, folder, String(step), phase];
  const { signal, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (signal === 'SIGKILL') return true;
  assert.equal(status, 0, stderr);
  return false;
}

function ignore(): void {
  // This run is let live.
}

for (const scenario of scenarios) {
  test(`killed at each step of: ${scenario}`, async () => {
    let step = 0;
    for (; ; step++) {
      const folder = mkdtempSync(join(tmpdir(), 'pc-crash-'));
      try {
        const isKilled = isKilledAt(scenario, folder, step, 'act');
        // Now and then the run that cleans up is killed as well.
        if (isKilled && step % 4 === 0) isKilledAt(scenario, folder, step, 'recover');
        const report = await runVictim(scenario, folder, 'recover', ignore);
        const told = `step ${step}: ${JSON.stringify(report)}`;
        assert.deepEqual(report.failed, [], told);
        assert.deepEqual(report.frozen, [], told);
        assert.deepEqual([report.holds, report.unfinished], [0, 0], told);
        for (const [act, verb] of [
          ['suspend', 'suspend'],
          ['freeze', 'terminate'],
          ['resume', 'resume'],
          ['terminate', 'terminate'],
          ['terminateTree', 'terminate'],
        ]) {
          const times = report.done.filter((each) => each.startsWith(`${act} `)).length;
          assert.ok(times <= 1, told);
          assert.ok(report.journal.filter((each) => each === verb).length >= times, told);
        }
        if (!isKilled) break;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    assert.ok(step >= 8, `only ${step} steps`);
  });
}
