import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/agent/index.ts';
import { alertToEcs, type DeskOutcome, incidentToEcs } from '../../src/alert/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { HostEvent } from '../../src/event/index.ts';
import { Store } from '../../src/store/index.ts';
import { openEnduringStore } from '../support/enduring-store.ts';
import { createFakeScorer, makeBatch, recordings } from '../support/recordings.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';

const reason = whyNoSmallDisk();
if (reason !== undefined) process.stderr.write(`the pipeline on a full disk: skipped: ${reason}\n`);

describe.skipIf(reason !== undefined)('a pipeline whose state was given up on a full disk', () => {
  let disk: SmallDisk;
  beforeEach(() => {
    disk = mountSmallDisk(16_777_216);
  });
  afterEach(() => disk.remove());

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

  /** What is told of thirds of a recording: the disk is full during the second, and the third is another run's. */
  async function tell(name: string, events: readonly HostEvent[], isFilled: boolean): Promise<string[]> {
    const path = join(disk.folder, name);
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
    if (isFilled) disk.fill();
    await take(third, 2 * third);
    if (isFilled) {
      expect([kinds().includes('given up'), store.lacksState]).toEqual([true, true]);
      disk.clear();
      // The first commits what still waits, the second what was given up.
      await take(2 * third, 2 * third + 6);
      expect([store.isWaiting, store.lacksState]).toEqual([false, false]);
    } else await take(2 * third, 2 * third + 6);
    store.close();

    const next = Store.open(path);
    pipeline = open(path, next);
    await take(2 * third + 6, events.length);
    note(pipeline.finish());
    next.close();
    return told.sort();
  }

  it('has all of it again in the next run', async () => {
    const drawn = fc.sample(
      recordings.filter(({ length }) => length > 90),
      { numRuns: 6, seed: 11 },
    );
    for (const [index, events] of drawn.entries()) {
      const undisturbed = await tell(`${index}.db`, events, false);
      expect(undisturbed.length).toBeGreaterThan(1);
      expect(await tell(`${index}-full.db`, events, true)).toEqual(undisturbed);
    }
  });
});
