import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/agent/index.ts';
import { alertToEcs, type DeskOutcome, incidentToEcs } from '../../src/alert/index.ts';
import { type FlagValue, loadConfig, type SettingKey } from '../../src/config/index.ts';
import type { HostEvent } from '../../src/event/index.ts';
import { BookmarkTable, Store } from '../../src/store/index.ts';
import { createFakeScorer, makeBatch, recordings } from '../support/recordings.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exceptions = join(import.meta.dirname, 'exceptions');

function configure(stateFile: string | null) {
  const flags: FlagValue<SettingKey>[] = [
    { flag: '--x', key: 'alert.exceptionsFolder', value: exceptions },
    { flag: '--y', key: 'anomaly.minRecordScore', value: '0' },
  ];
  if (stateFile !== null) flags.push({ flag: '--state', key: 'state.file', value: stateFile });
  return loadConfig({ file: undefined, env: {}, flags }).config;
}

interface Shown {
  readonly alerts: readonly string[];
  readonly incidents: readonly string[];
  readonly counters: {
    raised: number;
    shown: number;
    silenced: number;
    duplicates: number;
    suppressed: number;
  };
}

/** Replays in batches of `sizes`, in turn; begins anew from the state file after each batch that `restarts` names. */
async function replay(
  events: readonly HostEvent[],
  sizes: readonly number[],
  restarts: readonly boolean[] | undefined,
): Promise<Shown> {
  const path = restarts === undefined ? null : join(folder, `${++files}.db`);
  const config = configure(path);
  const open = () => {
    const store = path === null ? Store.openTemporary() : Store.open(path);
    return { store, ...openPipeline(config, createFakeScorer(), store) };
  };
  let run = open();
  const shown = { alerts: [] as string[], incidents: [] as string[] };
  const counters = { raised: 0, shown: 0, silenced: 0, duplicates: 0, suppressed: 0 };
  const take = ({ alerts, incidents }: DeskOutcome) => {
    for (const alert of alerts) shown.alerts.push(JSON.stringify(alertToEcs(alert)));
    for (const incident of incidents) shown.incidents.push(JSON.stringify(incidentToEcs(incident)));
  };
  const count = () => {
    const { raised, shown, silenced, duplicates, suppressed } = run.pipeline.tally.alerts;
    counters.raised += raised;
    counters.shown += shown;
    counters.silenced += silenced;
    counters.duplicates += duplicates;
    counters.suppressed += suppressed;
  };
  let at = 0;
  for (let turn = 0; at < events.length; turn++) {
    const size = sizes[turn % sizes.length] ?? events.length;
    take(await run.pipeline.process('recording', makeBatch(events.slice(at, at + size), String(at + size))));
    at += size;
    if (restarts?.[turn % restarts.length] === true) {
      count();
      run.store.close();
      run = open();
    }
  }
  take(run.pipeline.finish());
  count();
  run.store.close();
  return { ...shown, counters };
}

/** Short enough that a difference can be read. */
function brief({ alerts, incidents }: Pick<Shown, 'alerts' | 'incidents'>): string[] {
  return [...alerts, ...incidents].map(
    (line) => `${line.slice(0, 100)}… ${hash('sha256', line).slice(0, 12)}`,
  );
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });

describe('Pipeline', () => {
  it('tells the same whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, sizes, async (events, cuts) => {
        const whole = await replay(events, [events.length], undefined);
        expect(brief(await replay(events, cuts, undefined))).toEqual(brief(whole));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('tells the same when it is started anew from its state after any batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        recordings,
        sizes,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        async (events, cuts, restarts) => {
          const whole = await replay(events, [events.length], undefined);
          const parts = await replay(events, cuts, restarts);
          expect(brief({ ...parts, incidents: [] })).toEqual(brief({ ...whole, incidents: [] }));
          // One that is being worked out when the agent ends is begun again, and comes later.
          const sorted = ({ incidents }: Shown) => brief({ alerts: [], incidents }).sort();
          expect(sorted(parts)).toEqual(sorted(whole));
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('acts before anything of the batch is stored', async () => {
    const path = join(folder, `${++files}.db`);
    const store = Store.open(path);
    const other = Store.open(path);
    const seen: unknown[] = [];
    let taken = 0;
    const { pipeline } = openPipeline(configure(path), createFakeScorer(), store, {
      response: {
        take: () => ++taken,
        async acted() {
          await new Promise(setImmediate);
          seen.push([taken, new BookmarkTable(other).get('recording')]);
        },
      },
    });
    const [events] = fc.sample(recordings, { numRuns: 1, seed: 4 });
    const starts = events!.filter(({ kind }) => kind === 'start');
    await pipeline.process('recording', makeBatch(starts, 'end'));
    expect(starts.length).toBeGreaterThan(0);
    expect(seen).toEqual([[starts.length, undefined]]);
    expect(new BookmarkTable(other).get('recording')).toBe('end');
    store.close();
    other.close();
  });

  it('loses no alert: raised is shown, suppressed, silenced and known already together', async () => {
    const [allKinds] = fc.sample(recordings, { numRuns: 1, seed: 7 });
    let everSuppressed = 0;
    let everSilenced = 0;
    let everDuplicate = 0;
    await fc.assert(
      fc.asyncProperty(recordings, async (events) => {
        // The same recording twice: the second time every alert is known.
        const { alerts: lines, counters } = await replay([...events, ...events], [17], undefined);
        expect(counters.raised).toBe(
          counters.shown + counters.suppressed + counters.silenced + counters.duplicates,
        );
        const alerts = lines.map((line) => JSON.parse(line));
        const rolledUp = alerts.filter(({ problemchild }) => problemchild.suppression !== undefined);
        expect(alerts.length - rolledUp.length).toBe(counters.shown);
        let sum = 0;
        for (const { problemchild } of rolledUp) sum += problemchild.suppression.count;
        expect(sum).toBe(counters.suppressed);
        everSuppressed += counters.suppressed;
        everSilenced += counters.silenced;
        everDuplicate += counters.duplicates;
      }),
      // What is drawn may show none of a kind; this one has all of them.
      { numRuns: 30, endOnFailure: true, examples: [[allKinds!]] },
    );
    expect([everSuppressed > 0, everSilenced > 0, everDuplicate > 0]).toEqual([true, true, true]);
  });
});
