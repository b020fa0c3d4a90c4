import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AnomalyEngine,
  type AnomalyOptions,
  type AnomalyState,
  type ClosedBucket,
  type ScoredStart,
} from '../../src/anomaly/index.ts';
import { AnomalyStateTable, Store } from '../../src/store/index.ts';
import { minuteMs, monday, start } from './starts.ts';

/** Small limits, so that eviction and saturation take part. */
const options: Partial<AnomalyOptions> = {
  maxEntities: 14,
  maxPairs: 40,
  maxSightings: 6,
  minRecordScore: 0,
  pruneAfterDays: 2,
  checkpointStarts: 30,
};

const names = ['cmd.exe', 'whoami.exe', 'net.exe', 'PowerShell.exe', 'bad\ud800name.exe', 'a.exe', 'b.exe'];

const recordingsOf = (mostMinutes: number, ...hosts: string[]) =>
  fc
    .array(
      fc.record({
        // Mostly forward by minutes; now and then late, a silent day, or another time altogether.
        stepMs: fc.oneof(
          { weight: 12, arbitrary: fc.integer({ min: 0, max: mostMinutes * minuteMs }) },
          { weight: 3, arbitrary: fc.integer({ min: -20 * minuteMs, max: 0 }) },
          { weight: 1, arbitrary: fc.constantFrom(30, -40, 400).map((hours) => hours * 60 * minuteMs) },
        ),
        host: fc.constantFrom(...hosts),
        user: fc.constantFrom('anna', 'ben', 'SYSTEM', undefined),
        parent: fc.oneof(
          fc.constantFrom('explorer.exe', 'cmd.exe', 'winword.exe', undefined),
          fc.string({ minLength: 1, maxLength: 3 }),
        ),
        process: fc.oneof(fc.constantFrom(...names, undefined), fc.string({ minLength: 1, maxLength: 3 })),
        probability: fc.constantFrom(0.01, 0.3, 0.6, 0.97),
      }),
      { minLength: 1, maxLength: 120 },
    )
    .map((steps) => {
      let atMs = monday;
      return steps.map(({ stepMs, ...facts }, index) => {
        atMs += stepMs;
        return start({ ...facts, atMs, id: `e${index}` });
      });
    });

/** Of several hosts; and of one whose open bucket alone fills the memory. */
const recordings = fc.oneof(recordingsOf(20, 'A', 'B', 'C'), recordingsOf(1, 'A'));

/** How a run is cut: after so many starts the batch is committed, or the agent is killed before it is. */
const cuts = fc.array(
  fc.record({
    size: fc.integer({ min: 1, max: 40 }),
    killed: fc.oneof(
      { weight: 3, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  }),
  {
    minLength: 1,
    maxLength: 40,
  },
);

interface Outcome {
  readonly closed: ClosedBucket[];
  readonly interim: unknown[];
  readonly state: AnomalyState | undefined;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anomaly-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** Replays with commits and kills where `plan` says; a killed run opens the file anew and goes on from there. */
function replay(
  starts: readonly ScoredStart[],
  plan: readonly { readonly size: number; readonly killed: boolean }[],
  mode: 'default' | 'elastic',
): Outcome {
  const path = join(folder, `${++files}.db`);
  let store = Store.open(path);
  let table = new AnomalyStateTable(store);
  const open = () => new AnomalyEngine({ options: { ...options, mode }, state: table.load(mode) });
  let engine = open();
  const closed: ClosedBucket[] = [];
  const interim: unknown[] = [];
  let at = 0;
  for (let step = 0; at < starts.length; step++) {
    const { size, killed } = plan[step % plan.length] ?? { size: starts.length, killed: false };
    const batch = starts.slice(at, at + size);
    const judged = batch.map((item) => engine.observe(item));
    const ended = engine.takeClosed();
    // A plan of kills alone would never end.
    if (killed && step < 200) {
      store.close();
      store = Store.open(path);
      table = new AnomalyStateTable(store);
      engine = open();
      continue;
    }
    store.transaction(() => engine.save(table));
    closed.push(...ended);
    interim.push(...judged);
    at += size;
    if (step % 3 === 2) engine = open();
  }
  closed.push(...engine.flush());
  store.transaction(() => engine.save(table));
  const state = table.load(mode);
  store.close();
  return { closed, interim, state };
}

describe.each(['default', 'elastic'] as const)('a replay in %s mode', (mode) => {
  it('ends the same whatever its batches and however often it is killed', () => {
    fc.assert(
      fc.property(recordings, cuts, (starts, plan) => {
        const whole = replay(starts, [{ size: starts.length, killed: false }], mode);
        const cut = replay(starts, plan, mode);
        expect(cut.interim).toEqual(whole.interim);
        expect(JSON.stringify(cut.closed)).toBe(JSON.stringify(whole.closed));
        expect(cut.state).toEqual(whole.state);
      }),
      { numRuns: Number(process.env['ANOMALY_RUNS'] ?? 12) },
    );
  });

  it('rolls back with its transaction and saves again', () => {
    const store = Store.open(join(folder, 'rollback.db'));
    const table = new AnomalyStateTable(store);
    const engine = new AnomalyEngine({ options: { mode } });
    engine.observe(start({ probability: 0.9 }));
    const fail = () => {
      throw new Error('disk full');
    };
    const failing = { append: fail, checkpoint: fail };
    expect(() => engine.save(failing)).toThrow('disk full');
    engine.save(table);
    const saved = table.load(mode);
    expect(saved?.journal).toHaveLength(1);
    const resumed = new AnomalyEngine({ options: { mode }, state: saved });
    expect(resumed.size).toEqual({ entities: 3, pairs: 3 });
    expect(resumed.flush()).toEqual(engine.flush());
    store.close();
  });
});

it.each([1, 1_000])(
  'goes on counting late starts in a row (a checkpoint every %d starts)',
  (checkpointStarts) => {
    const store = Store.open(join(folder, 'late.db'));
    const table = new AnomalyStateTable(store);
    let engine = new AnomalyEngine({ options: { checkpointStarts } });
    const late = (count: number, fromMs: number) => {
      for (let n = 0; n < count; n++) engine.observe(start({ atMs: fromMs + n * minuteMs }));
      engine.save(table);
      engine = new AnomalyEngine({ options: { checkpointStarts }, state: table.load('default') });
    };
    engine.observe(start({ atMs: monday + 20 * 60 * minuteMs }));
    late(7, monday);
    late(7, monday + 7 * minuteMs);
    expect(engine.counters).toMatchObject({ late: 14, clockSetBacks: 0 });
    late(3, monday + 14 * minuteMs);
    expect(engine.counters).toMatchObject({ late: 15, clockSetBacks: 1 });
    store.close();
  },
);

it('judges the same whether its changes are saved or let go', () => {
  fc.assert(
    fc.property(recordings, (starts) => {
      const forgetful = new AnomalyEngine({ options });
      const interim = starts.map((item) => {
        const judged = forgetful.observe(item);
        forgetful.forgetChanges();
        return judged;
      });
      const whole = replay(starts, [{ size: starts.length, killed: false }], 'default');
      expect(interim).toEqual(whole.interim);
      const closed = [...forgetful.takeClosed(), ...forgetful.flush()];
      expect(JSON.stringify(closed)).toBe(JSON.stringify(whole.closed));
    }),
    { numRuns: 10 },
  );
});
