import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchRunner } from '../../src/agent/batch-runner.ts';
import type { Engine } from '../../src/agent/engine.ts';
import { openPipeline, type Tally } from '../../src/agent/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { HostEvent, ProcessEvent } from '../../src/event/index.ts';
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

function openRunner(fails: (events: readonly ProcessEvent[]) => Error | undefined) {
  const path = join(folder, `${++files}.db`);
  const { config } = loadConfig({ env: {}, flags: [{ flag: '--state', key: 'state.file', value: path }] });
  const store = Store.open(path);
  const fake = createFakeScorer();
  const scorer: Engine['scorer'] = {
    ...fake,
    score(events) {
      const error = fails(events);
      return error === undefined ? fake.score(events) : Promise.reject(error);
    },
  };
  const open = (tally?: Tally): Engine => ({
    config,
    scorer,
    ...openPipeline(config, scorer, store, { tally }),
  });
  const log = createMemoryLog();
  const runner = new BatchRunner({ engine: open(), reopen: (tally) => Promise.resolve(open(tally)), log });
  return { runner, log, store };
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
  it('passes over the one event at fault, counts it, and raises what the others give', async () => {
    const names = ['cmd.exe', 'evil.exe', 'cmd.exe', poison, 'evil.exe', 'cmd.exe', 'explorer.exe'];
    const { runner, log } = openRunner(failOnPoison);
    const faulty = await runner.process(source, makeBatch(makeEvents(names), 'after'));
    const sound = openRunner(() => undefined);
    const rest = makeEvents(names).filter((_, index) => names[index] !== poison);
    const without = await sound.runner.process(source, makeBatch(rest, 'after'));

    expect(faulty.alerts.map(({ id }) => id)).toEqual(without.alerts.map(({ id }) => id));
    expect(faulty.alerts.length).toBeGreaterThan(1);
    const { records, scored, rejectedByCode, alerts } = runner.tally;
    expect({ records, scored }).toEqual({ records: 7, scored: 6 });
    expect([...rejectedByCode]).toEqual([['PC_EVENT_UNPROCESSED', 1]]);
    expect(alerts.raised).toBe(alerts.shown + alerts.silenced + alerts.duplicates + alerts.suppressed);
    expect(alerts.shown).toBe(sound.runner.tally.alerts.shown);
    expect(log.lines.some(({ message }) => message.includes('opened anew'))).toBe(true);
  });

  it('keeps the bookmark of before until the whole batch is done', async () => {
    const { runner } = openRunner((events) => (events.length > 0 ? new Error('broken') : undefined));
    const { bookmarks } = runner.engine;
    await runner.process(source, makeBatch([], 'before'));
    const names = Array.from({ length: 32 }, () => 'cmd.exe');
    await expect(runner.process(source, makeBatch(makeEvents(names), 'after'))).rejects.toThrow('broken');
    expect(bookmarks.get(source)).toBe('before');
  });

  it('gives up, instead of passing over one event after the other, when it is not the events', async () => {
    let attempts = 0;
    const { runner } = openRunner((events) => {
      if (events.length > 0) attempts++;
      return events.length > 0 ? new Error('the network is gone') : undefined;
    });
    const names = Array.from({ length: 256 }, () => 'cmd.exe');
    await expect(runner.process(source, makeBatch(makeEvents(names), 'after'))).rejects.toThrow(
      'the network is gone',
    );
    expect(attempts).toBeLessThan(64);
  });

  it('does not look for an event where the store is at fault', async () => {
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    const { runner } = openRunner(() => full);
    await expect(runner.process(source, makeBatch(makeEvents(['cmd.exe']), 'after'))).rejects.toBe(full);
    expect(runner.reopened).toBe(0);
  });
});

describe('an exchanged engine', () => {
  it('goes on counting, and stays as it was when the other does not open', async () => {
    const { runner } = openRunner(() => undefined);
    await runner.process(source, makeBatch(makeEvents(['cmd.exe', 'evil.exe']), 'after'));
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
      .process(source, makeBatch(makeEvents(['cmd.exe']), 'after'))
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
