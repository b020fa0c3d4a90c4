import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstArrivals, firstDifference, runThroughFaults } from '../support/forward-faults.ts';
import { makeEntries } from '../support/outbox-entry.ts';

/** A short run; `npm run test:faults` does the same with 100,000 alerts. */
const alerts = 4_000;
const kills = 2;

it(`loses and doubles nothing of ${alerts} alerts over broken links and ${kills} kills`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pc-faults-'));
  try {
    const run = await runThroughFaults(folder, { alerts, kills, seed: 42 });
    const expected = makeEntries(alerts).map(({ eventId }) => eventId);
    expect(run.kills).toBe(kills);
    // An id came twice at most as a conflict, which Elasticsearch does not store.
    expect(run.elastic.length).toBe(alerts);
    expect(firstDifference(run.elastic, expected)).toBeUndefined();
    expect(firstDifference(firstArrivals(run.syslog), expected)).toBeUndefined();
    expect(firstDifference(run.record, expected)).toBeUndefined();
    const { totals, destinations } = JSON.parse(run.report) as {
      totals: { entries: number; deadLetters: number };
      destinations: { delivered: number; dropped: number; rejected: number }[];
    };
    expect(totals).toMatchObject({ entries: 0, deadLetters: 0 });
    for (const counts of destinations)
      expect(counts).toMatchObject({ delivered: alerts, dropped: 0, rejected: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
