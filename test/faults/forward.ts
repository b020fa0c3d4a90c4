import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstArrivals, firstDifference, runThroughFaults } from '../support/forward-faults.ts';
import { makeEntries } from '../support/outbox-entry.ts';

/**
 * `node test/faults/forward.ts [ALERTS [KILLS [SEED]]]`: alerts through an agent that is killed now and then, over links that
 * refuse, reset, stall, break answers off, and answer 429 and 503, to Elasticsearch, syslog and a file. Ends with 1
 * when one was lost, came twice after de-duplication, or came out of order.
 */
const [alerts = 100_000, kills = 20, seed = 42] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'pc-faults-'));
const startedMs = performance.now();
try {
  const run = await runThroughFaults(folder, { alerts, kills, seed });
  const expected = makeEntries(alerts).map(({ eventId }) => eventId);
  const wrong = {
    elastic: firstDifference([...run.elastic].sort(), expected),
    syslog: firstDifference(firstArrivals(run.syslog), expected),
    record: firstDifference(run.record, expected),
  };
  const summary = {
    alerts,
    kills: run.kills,
    faults: run.faults,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    refusedAsDuplicates: run.conflicts,
    syslogSentAgain: run.syslog.length - alerts,
    wrong,
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (Object.values(wrong).some((each) => each !== undefined)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
