import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchRunner, type CommitOutcome } from '../../src/agent/batch-runner.ts';
import type { Engine } from '../../src/agent/engine.ts';
import { openPipeline, type Tally } from '../../src/agent/index.ts';
import type { DeskOutcome } from '../../src/alert/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { HostEvent, ProcessEvent } from '../../src/event/index.ts';
import type { SourceBatch } from '../../src/source/index.ts';
import { Store } from '../../src/store/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeProcessEvent } from '../support/process-event.ts';
import { createFakeScorer, makeBatch } from '../support/recordings.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = 'test';

/** Fails on every batch with a process of this name in it. */
const poison = 'poison.exe';

/** `stage`: whether scoring fails, or what comes after it. */
function openRunner(
  fails: (events: readonly ProcessEvent[]) => Error | undefined,
  {
    forward,
    stage = 'rules',
  }: { forward?: (outcome: DeskOutcome) => void; stage?: 'scoring' | 'rules' } = {},
) {
  const path = join(folder, `${++files}.db`);
  const { config } = loadConfig({ env: {}, flags: [{ flag: '--state', key: 'state.file', value: path }] });
  const store = Store.open(path);
  const fake = createFakeScorer();
  const scorer: Engine['scorer'] = {
    ...fake,
    score(events) {
      const error = stage === 'scoring' ? fails(events) : undefined;
      return error === undefined ? fake.score(events) : Promise.reject(error);
    },
  };
  const log = createMemoryLog();
  const aside = {
    owns({ event }: { readonly event: ProcessEvent }) {
      const error = stage === 'rules' ? fails([event]) : undefined;
      if (error !== undefined) throw error;
      return false;
    },
    take: () => undefined,
  };
  const open = (tally?: Tally): Engine => ({
    config,
    scorer,
    ...openPipeline(config, scorer, store, { tally, log, aside, ...(forward && { forward }) }),
  });
  const opening = { failing: 0 };
  const reopen = (tally: Tally): Promise<Engine> =>
    opening.failing-- > 0 ? Promise.reject(new Error('does not open')) : Promise.resolve(open(tally));
  const runner = new BatchRunner({ engine: open(), reopen, log });
  return { runner, log, store, opening };
}

/** One batch by itself. */
async function run(runner: BatchRunner, batch: SourceBatch): Promise<CommitOutcome> {
  await runner.judge(source, batch);
  return runner.commit();
}

function failOnPoison(events: readonly ProcessEvent[]): Error | undefined {
  return events.some(({ process }) => process.name === poison) ? new Error('cannot be scored') : undefined;
}

function makeEvents(names: readonly string[]): HostEvent[] {
  return names.map((name, index) =>
    makeProcessEvent({
      id: `event-${index}`,
      timeMs: Date.UTC(2026, 10, 18, 9, index),
      timestamp: new Date(Date.UTC(2026, 10, 18, 9, index)).toISOString(),
      process: { name, pid: 4_000 + 4 * index, commandLine: `${name} ${index}` },
      position: { source, record: index + 1, offset: 0 },
    }),
  );
}

describe('a pipeline that fails', () => {
  it.each([
    ['scoring', 'passed over'],
    ['rules', 'opened anew'],
  ] as const)(
    'in %s, passes over the one event at fault, counts it, and raises what the others give',
    async (stage, said) => {
      const names = ['cmd.exe', 'evil.exe', 'cmd.exe', poison, 'evil.exe', 'cmd.exe', 'explorer.exe'];
      const { runner, log } = openRunner(failOnPoison, { stage });
      const faulty = await run(runner, makeBatch(makeEvents(names), 'after'));
      const sound = openRunner(() => undefined);
      const rest = makeEvents(names).filter((_, index) => names[index] !== poison);
      const without = await run(sound.runner, makeBatch(rest, 'after'));

      expect(faulty.alerts.map(({ id }) => id)).toEqual(without.alerts.map(({ id }) => id));
      expect(faulty.alerts.length).toBeGreaterThan(1);
      const { records, scored, rejectedByCode, alerts } = runner.tally;
      expect({ records, scored }).toEqual({ records: 7, scored: 6 });
      expect([...rejectedByCode]).toEqual([['PC_EVENT_UNPROCESSED', 1]]);
      expect(alerts.raised).toBe(alerts.shown + alerts.silenced + alerts.duplicates + alerts.suppressed);
      expect(alerts.shown).toBe(sound.runner.tally.alerts.shown);
      expect(log.lines.some(({ message }) => message.includes(said))).toBe(true);
    },
  );

  it('keeps the bookmark of before until the whole batch is done', async () => {
    const { runner } = openRunner((events) => (events.length > 0 ? new Error('broken') : undefined));
    const { bookmarks } = runner.engine;
    await run(runner, makeBatch([], 'before'));
    const names = Array.from({ length: 32 }, () => 'cmd.exe');
    await expect(run(runner, makeBatch(makeEvents(names), 'after'))).rejects.toThrow('broken');
    expect(bookmarks.get(source)).toBe('before');
  });

  it('keeps no bookmark of a first batch until all of it is done', async () => {
    const names = [
      ...Array.from({ length: 12 }, () => 'cmd.exe'),
      ...Array.from({ length: 12 }, () => poison),
    ];
    const { runner } = openRunner(failOnPoison);
    await expect(run(runner, makeBatch(makeEvents(names), 'after'))).rejects.toThrow('cannot be scored');
    expect(runner.tally.scored).toBeGreaterThan(0);
    expect(runner.engine.bookmarks.get(source)).toBeUndefined();
  });

  it('gives up, instead of passing over one event after the other, when it is not the events', async () => {
    let attempts = 0;
    const { runner } = openRunner(
      (events) => {
        if (events.length > 0) attempts++;
        return events.length > 0 ? new Error('the network is gone') : undefined;
      },
      { stage: 'scoring' },
    );
    const names = Array.from({ length: 256 }, () => 'cmd.exe');
    await expect(run(runner, makeBatch(makeEvents(names), 'after'))).rejects.toThrow('the network is gone');
    expect(attempts).toBeLessThan(64);
  });

  it('does not look for an event where the store is at fault', async () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const { runner } = openRunner(() => full);
    await expect(run(runner, makeBatch(makeEvents(['cmd.exe']), 'after'))).rejects.toBe(full);
    expect(runner.reopened).toBe(0);
  });
});

describe('batches that are committed together', () => {
  const names = ['cmd.exe', 'evil.exe', 'cmd.exe', poison, 'evil.exe', 'cmd.exe', 'evil.exe', 'explorer.exe'];
  const events = makeEvents(names);

  it('are decided about at once, and kept with the bookmark of the last', async () => {
    const { runner } = openRunner(() => undefined);
    await runner.judge(source, makeBatch(events.slice(0, 3), 'first'));
    await runner.judge(source, makeBatch(events.slice(3), 'second'));
    expect(runner.engine.bookmarks.get(source)).toBeUndefined();
    expect(runner.tally.records).toBe(0);
    const { scored, recordsRead } = await runner.commit();
    expect(runner.engine.bookmarks.get(source)).toBe('second');
    expect([scored.length, recordsRead, runner.tally.records]).toEqual([8, 8, 8]);
    expect((await runner.commit()).scored).toEqual([]);
  });

  /** Ids of alerts, and how many were scored and rejected, when batches of these sizes are committed in these groups. */
  async function tell(fails: typeof failOnPoison, sizes: readonly number[], commits: readonly boolean[]) {
    const { runner } = openRunner(fails);
    const ids: string[] = [];
    let records = 0;
    const commit = async (): Promise<void> => {
      const outcome = await runner.commit();
      ids.push(...outcome.alerts.map(({ id }) => id));
      records += outcome.recordsRead;
    };
    let begin = 0;
    for (const [index, size] of sizes.entries()) {
      await runner.judge(source, makeBatch(events.slice(begin, begin + size), `after ${index}`));
      begin += size;
      if (commits[index] === true) await commit();
    }
    await runner.judge(source, makeBatch(events.slice(begin), 'after all'));
    await commit();
    const { scored, rejected } = runner.tally;
    return { ids, records, scored, rejected, bookmark: runner.engine.bookmarks.get(source) };
  }

  it('give the same alerts however they are cut and grouped, and whether or not one has an event at fault', async () => {
    const sizes = fc.array(fc.nat({ max: 3 }), { maxLength: 4 });
    const commits = fc.array(fc.boolean(), { maxLength: 4 });
    for (const fails of [failOnPoison, () => undefined]) {
      const whole = await tell(fails, [], []);
      expect(whole.ids.length).toBeGreaterThan(1);
      await fc.assert(
        fc.asyncProperty(sizes, commits, async (...way) => {
          expect(await tell(fails, ...way)).toEqual(whole);
        }),
        { numRuns: 12 },
      );
    }
  });

  it('lose only the event at fault when it shows as late as in the commit', async () => {
    const at = 'event-4';
    const { runner } = openRunner(() => undefined, {
      forward({ alerts }) {
        if (alerts.some(({ eventIds }) => eventIds.includes(at))) throw new Error('cannot be told');
      },
    });
    for (let begin = 0; begin < events.length; begin += 2) {
      await runner.judge(source, makeBatch(events.slice(begin, begin + 2), `after ${begin}`));
    }
    const { alerts, recordsRead } = await runner.commit();
    expect(new Set(alerts.flatMap(({ eventIds }) => eventIds))).toEqual(new Set(['event-1', 'event-6']));
    const { records, scored, rejected, alerts: counts } = runner.tally;
    expect({ recordsRead, records, scored, rejected }).toEqual({
      recordsRead: 8,
      records: 8,
      scored: 7,
      rejected: 1,
    });
    expect(counts.shown).toBe(alerts.length);
    expect(runner.engine.bookmarks.get(source)).toBe('after 6');
  });

  it('are kept before the engine is exchanged, and told with the next commit', async () => {
    const { runner } = openRunner(() => undefined);
    await runner.judge(source, makeBatch(events.slice(0, 3), 'first'));
    await runner.exchange(() => Promise.resolve(runner.engine));
    expect(runner.engine.bookmarks.get(source)).toBe('first');
    const { alerts, recordsRead } = await runner.commit();
    expect([alerts.length > 0, recordsRead]).toEqual([true, 3]);
  });

  it('come before what time alone brings', async () => {
    const { runner } = openRunner(() => undefined);
    await runner.judge(source, makeBatch(events, 'all'));
    const { scored } = await runner.advance(Date.UTC(2026, 10, 19));
    expect(scored.length).toBe(8);
  });
});

describe('time that passes, when the pipeline fails on it', () => {
  const events = makeEvents(['evil.exe', 'certutil.exe', 'evil.exe', 'cmd.exe']);
  const nextDayMs = Date.UTC(2026, 10, 19);

  async function openFailing(failures: number) {
    let left = 0;
    const opened = openRunner(() => undefined, {
      forward({ incidents }) {
        if (incidents.length > 0 && left-- > 0) throw new Error('cannot be told');
      },
    });
    await run(opened.runner, makeBatch(events, 'all'));
    left = failures;
    return opened;
  }

  it('is taken back, and told when it works again', async () => {
    for (const way of ['advance', 'finish'] as const) {
      const { runner } = await openFailing(1);
      const before = JSON.stringify(runner.tally.alerts);
      const pass = () => (way === 'advance' ? runner.advance(nextDayMs) : runner.finish());
      await expect(pass()).rejects.toThrow('cannot be told');
      expect([JSON.stringify(runner.tally.alerts), runner.reopened]).toEqual([before, 1]);
      const again = await pass();
      const sound = await openFailing(0);
      const undisturbed = await (way === 'advance' ? sound.runner.advance(nextDayMs) : sound.runner.finish());
      const ids = (outcome: CommitOutcome) => [...outcome.alerts, ...outcome.incidents].map(({ id }) => id);
      expect(ids(undisturbed).length).toBeGreaterThan(0);
      expect(ids(again)).toEqual(ids(undisturbed));
      expect(JSON.stringify(runner.tally.alerts)).toBe(JSON.stringify(sound.runner.tally.alerts));
    }
  });

  it('is not taken any further by an engine that could not be opened anew', async () => {
    const { runner, opening } = await openFailing(1);
    const before = runner.engine;
    opening.failing = 1;
    await expect(runner.advance(nextDayMs)).rejects.toThrow('does not open');
    expect((await runner.advance(nextDayMs)).incidents.length).toBe(1);
    expect(runner.engine).not.toBe(before);
  });
});

describe('an exchanged engine', () => {
  it('goes on counting, and stays as it was when the other does not open', async () => {
    const { runner } = openRunner(() => undefined);
    await run(runner, makeBatch(makeEvents(['cmd.exe', 'evil.exe']), 'after'));
    const before = runner.engine;
    await expect(runner.exchange(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(runner.engine).toBe(before);
    await runner.exchange((tally) =>
      Promise.resolve({ ...before, pipeline: Object.assign(Object.create(before.pipeline), { tally }) }),
    );
    expect(runner.engine).not.toBe(before);
    expect(runner.tally.records).toBe(2);
  });

  it('waits for the batch at hand', async () => {
    const order: string[] = [];
    const { runner } = openRunner(() => undefined);
    const batch = runner
      .judge(source, makeBatch(makeEvents(['cmd.exe']), 'after'))
      .then(() => order.push('batch'));
    const exchange = runner
      .exchange(() => {
        order.push('open');
        return Promise.resolve(runner.engine);
      })
      .then(() => order.push('exchanged'));
    await Promise.all([batch, exchange]);
    expect(order).toEqual(['batch', 'open', 'exchanged']);
  });
});
