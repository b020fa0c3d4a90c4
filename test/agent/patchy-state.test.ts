import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/agent/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { BookmarkTable, StageStateTable, Store } from '../../src/store/index.ts';
import { createFakeScorer, makeBatch, recordings } from '../support/recordings.ts';

let folder: string;
let files = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configure(path: string) {
  return loadConfig({
    env: {},
    flags: [
      { flag: '--state', key: 'state.file', value: path },
      { flag: '--x', key: 'anomaly.minRecordScore', value: '0' },
    ],
  }).config;
}

const learnt = [
  'anomaly_bucket',
  'anomaly_entity',
  'anomaly_host',
  'anomaly_journal',
  'anomaly_pair',
  'anomaly_sighting',
  'anomaly_totals',
  'process',
  'stage_state',
];

type Row = Readonly<Record<string, string | number | null>>;

function readRows(store: Store): Map<string, Row[]> {
  const { database } = store.connection;
  return new Map(learnt.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all() as Row[]]));
}

/** Some rows are not there, and some are as they were before. */
function mix(store: Store, before: ReadonlyMap<string, Row[]>, flip: () => boolean): void {
  const { database } = store.connection;
  for (const [table, rows] of readRows(store)) {
    database.exec(`DELETE FROM ${table}`);
    const kept = [...rows.filter(() => flip() || flip()), ...(before.get(table) ?? []).filter(flip)];
    for (const row of kept) {
      const values = Object.values(row);
      const places = values.map(() => '?').join(', ');
      database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${places})`).run(...values);
    }
  }
}

describe('a state file that holds a part of what was learnt', () => {
  it('is gone on from', async () => {
    const coins = fc.infiniteStream(fc.boolean());
    const property = fc.asyncProperty(
      recordings,
      fc.integer({ min: 3, max: 20 }),
      coins,
      async (...drawn) => {
        const [events, size, coin] = drawn;
        const path = join(folder, `${++files}.db`);
        const config = configure(path);
        const flip = (): boolean => coin.next().value === true;
        let store = Store.open(path);
        let { pipeline } = openPipeline(config, createFakeScorer(), store);
        const take = (begin: number) =>
          pipeline.process('recording', makeBatch(events.slice(begin, begin + size), String(begin)));
        let before = readRows(store);
        for (let at = 0; at < events.length / 2; at += size) {
          await take(at);
          // The jobs write all that they know down.
          if (flip()) pipeline.advance(0);
          if (flip()) before = readRows(store);
        }
        mix(store, before, flip);
        store.close();
        store = Store.open(path);
        ({ pipeline } = openPipeline(config, createFakeScorer(), store));
        for (let at = 0; at < events.length; at += size) await take(at);
        pipeline.finish();
        store.close();
      },
    );
    await fc.assert(property, { numRuns: 15, endOnFailure: true });
  });

  it('is gone on from where the jobs know a host that has no clock', async () => {
    const [events] = fc.sample(recordings, { numRuns: 1, seed: 4 });
    const path = join(folder, 'state.db');
    const store = Store.open(path);
    const first = openPipeline(configure(path), createFakeScorer(), store);
    await first.pipeline.process('recording', makeBatch(events!, 'first'));
    first.pipeline.advance(0);
    store.connection.database.exec('DELETE FROM anomaly_host');
    const { pipeline, bookmarks } = openPipeline(configure(path), createFakeScorer(), store);
    pipeline.advance(0);
    await pipeline.process('recording', makeBatch(events!, 'second'));
    pipeline.finish();
    expect(bookmarks.get('recording')).toBe('second');
    store.close();
  });
});

describe('a state file whose state cannot be read', () => {
  function spoil(path: string): Store {
    const store = Store.open(path);
    new BookmarkTable(store).set('recording', 'here');
    new StageStateTable(store).put('recent-start', '0', { from: 0 });
    return store;
  }

  it('is gone on from without it where somebody is told', () => {
    const path = join(folder, 'state.db');
    const store = spoil(path);
    const told: unknown[] = [];
    const hooks = { onForgotten: (error: unknown) => told.push(error) };
    const { bookmarks } = openPipeline(configure(path), createFakeScorer(), store, hooks);
    expect(told).toEqual([expect.any(TypeError)]);
    expect(new StageStateTable(store).load('recent-start')).toEqual([]);
    expect(bookmarks.get('recording')).toBe('here');
    openPipeline(configure(path), createFakeScorer(), store, hooks);
    expect(told).toHaveLength(1);
    store.close();
  });

  it('is left alone where nobody is', () => {
    const path = join(folder, 'state.db');
    const store = spoil(path);
    expect(() => openPipeline(configure(path), createFakeScorer(), store)).toThrow(TypeError);
    expect(new StageStateTable(store).load('recent-start')).toHaveLength(1);
    store.close();
  });
});
