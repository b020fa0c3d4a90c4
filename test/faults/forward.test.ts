import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstArrivals, firstDifference, runThroughFaults } from '../support/forward-faults.ts';
import { makeEntries } from '../support/outbox-entry.ts';

/** `PC_FAULT_ALERTS=100000 PC_FAULT_KILLS=20 npm run test:faults` is the size that the promise is made for. */
const alerts = Number(process.env['PC_FAULT_ALERTS'] ?? 20_000);
const kills = Number(process.env['PC_FAULT_KILLS'] ?? 10);
const seed = Number(process.env['PC_FAULT_SEED'] ?? 42);

it(`${alerts} alerts over broken links, killed ${kills} times: none lost, none double, in order`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-faults-'));
  const startedMs = performance.now();
  try {
    const run = await runThroughFaults(folder, { alerts, kills, seed });
    const expected = makeEntries(alerts).map(({ eventId }) => eventId);
    expect(run.kills).toBe(kills);
    expect(run.elastic).toHaveLength(alerts);
    expect(firstDifference(run.elastic, expected)).toBeUndefined();
    expect(firstDifference(firstArrivals(run.syslog), expected)).toBeUndefined();
    expect(firstDifference(run.record, expected)).toBeUndefined();
    const summary = {
      alerts,
      kills: run.kills,
      faults: run.faults,
      /** Shows that the kills fell into the work, not before or after it. */
      arrivedAtKills: run.arrivedAtKills,
      seconds: Math.round((performance.now() - startedMs) / 1_000),
      refusedAsDuplicates: run.conflicts,
      syslogSentAgain: run.syslog.length - alerts,
    };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 1_800_000);
