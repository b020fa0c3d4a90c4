import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/agent/index.ts';
import { alertToEcs, type DeskOutcome, incidentToEcs } from '../../src/alert/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { HostEvent } from '../../src/event/index.ts';
import { OutboxTable, Store } from '../../src/store/index.ts';
import { openEnduringStore } from '../support/enduring-store.ts';
import { createFakeScorer, makeBatch, recordings } from '../support/recordings.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const reason = whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`the pipeline on a full disk: skipped: ${reason}\n`);

/** What happens to the state file before and after the second third of a recording. */
interface Disturbance {
  before(path: string): void;
  after(kinds: readonly string[]): void;
}

function open(path: string, store: Store) {
  const { config } = loadConfig({
    env: {},
    flags: [
      { flag: '--state', key: 'state.file', value: path },
      { flag: '--x', key: 'anomaly.minRecordScore', value: '0' },
    ],
  });
  return openPipeline(config, createFakeScorer(), store).pipeline;
}

/** What is told of a recording, the last part of it by another run. */
async function tell(
  path: string,
  events: readonly HostEvent[],
  disturbance?: Disturbance,
): Promise<string[]> {
  const told: string[] = [];
  const note = ({ alerts, incidents }: DeskOutcome): void => {
    told.push(...alerts.map((alert) => JSON.stringify(alertToEcs(alert))));
    told.push(...incidents.map((incident) => JSON.stringify(incidentToEcs(incident))));
  };
  const { store, kinds } = openEnduringStore(path, { maxBytes: 60_000 });
  let pipeline = open(path, store);
  const third = Math.ceil(events.length / 3);
  const take = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 3) {
      const batch = makeBatch(events.slice(at, Math.min(at + 3, to)), `${at}`);
      note(await pipeline.process('recording', batch));
    }
  };
  await take(0, third);
  disturbance?.before(path);
  await take(third, 2 * third);
  if (disturbance !== undefined) disturbance.after(kinds());
  // The first commits what still waits, the second what was given up.
  await take(2 * third, 2 * third + 6);
  expect([store.isWaiting, store.lacksState]).toEqual([false, false]);
  store.close();

  const next = Store.open(path);
  pipeline = open(path, next);
  await take(2 * third + 6, events.length);
  note(pipeline.finish());
  next.close();
  return told.sort();
}

/** The same is told of some recordings with the disturbance as without. */
async function expectUndisturbed(folder: () => string, disturbance: Disturbance): Promise<void> {
  const drawn = fc.sample(
    recordings.filter(({ length }) => length > 90),
    { numRuns: 6, seed: 11 },
  );
  for (const [index, events] of drawn.entries()) {
    const undisturbed = await tell(join(folder(), `${index}.db`), events);
    expect(undisturbed.length).toBeGreaterThan(1);
    expect(await tell(join(folder(), `${index}-disturbed.db`), events, disturbance)).toEqual(undisturbed);
  }
}

describe.skipIf(reason !== undefined)('a pipeline whose state was given up on a full disk', () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountSmallDisk(16_777_216);
  });
  afterEach(() => disk.remove());

  it('has all of it again in the next run', async () => {
    await expectUndisturbed(() => disk.folder, {
      before: () => disk.fill(),
      after(kinds) {
        expect(kinds).toContain('given up');
        disk.clear();
      },
    });
  });
});

describe('a pipeline whose state file was damaged under way', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pc-anew-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has all of it again in the next run', async () => {
    await expectUndisturbed(() => folder, {
      before(path) {
        // A commit of another connection makes the first read its pages again, and then they are rubbish.
        const other = Store.open(path);
        new OutboxTable(other).advanceClock(1);
        other.connection.pragma('wal_checkpoint(TRUNCATE)');
        writeFileSync(path, readFileSync(path).fill(0xa5, 4096), { flag: 'r+' });
        other.close();
      },
      after: (kinds) => expect(kinds).toContain('damaged'),
    });
  });
});
