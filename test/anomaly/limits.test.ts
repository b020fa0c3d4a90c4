import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnomalyHost, Entity } from '../../src/anomaly/anomaly-host.ts';
import { AnomalyEngine, type AnomalyOptions, type AnomalyState } from '../../src/anomaly/index.ts';
import { AnomalyMemory } from '../../src/anomaly/memory.ts';
import { AnomalyStateTable, Store } from '../../src/store/index.ts';
import { bucketMs, monday, type StartFacts, start } from './starts.ts';

afterEach(() => vi.restoreAllMocks());

/** How many entities and hosts are looked at from here on, to find out which to drop. */
function countWork(): { looks: number } {
  const work = { looks: 0 };
  const { entities, otherHosts } = AnomalyMemory.prototype;
  vi.spyOn(AnomalyMemory.prototype, 'entities').mockImplementation(function* (this: AnomalyMemory) {
    for (const entity of entities.call(this)) {
      work.looks++;
      yield entity;
    }
  });
  vi.spyOn(AnomalyMemory.prototype, 'otherHosts').mockImplementation(function (this: AnomalyMemory, except) {
    const others = otherHosts.call(this, except);
    work.looks += others.length;
    return others;
  });
  return work;
}

function observe(engine: AnomalyEngine, count: number, factsOf: (index: number) => StartFacts): void {
  for (let index = 0; index < count; index++)
    engine.observe(start({ atMs: monday + index, ...factsOf(index) }));
}

describe('a flood of names', () => {
  it.each<[string, (index: number) => StartFacts]>([
    ['of parents in one bucket of one host', (index) => ({ parent: `p${index}` })],
    ['of users and parents', (index) => ({ user: `u${index}`, parent: `p${index}` })],
    ['of flagged starts', (index) => ({ parent: `p${index}`, probability: 0.9 })],
    ['of hosts', (index) => ({ host: `h${index}`, user: undefined, parent: undefined })],
    ['of hosts and parents', (index) => ({ host: `h${index % 7}`, parent: `p${index}` })],
    [
      'that leaves a single idle one each time',
      (index) => ({
        host: index % 2 === 0 ? 'A' : `h${index}`,
        parent: `p${index}`,
        atMs: monday + (index % 2) * 86_000_000,
      }),
    ],
  ])('%s keeps to the limit at a bounded cost', (_, factsOf) => {
    const engine = new AnomalyEngine({ options: { maxEntities: 800, maxSightings: 100 } });
    const work = countWork();
    let most = 0;
    observe(engine, 4_000, (index) => {
      most = Math.max(most, engine.size.entities);
      return factsOf(index);
    });
    expect(most).toBeLessThanOrEqual(800);
    expect(engine.counters.evictedEntities).toBeGreaterThanOrEqual(4_000 - 800);
    // One eviction frees a sixteenth of the memory and looks at all of it three times at most.
    expect(work.looks / 4_000).toBeLessThan(3 * 3 * 16);
  });

  it('is not kept alive by the open bucket', () => {
    const engine = new AnomalyEngine({ options: { maxEntities: 100, maxPairs: 100 } });
    const dropped = vi.spyOn(AnomalyMemory.prototype, 'removeEntity');
    observe(engine, 2_000, (index) => ({ parent: `p${index}`, process: `c${index}` }));
    const [[entity] = []] = dropped.mock.calls;
    const [bucket] = entity?.host.buckets ?? [];
    expect(bucket?.touchedEntities.length).toBeLessThanOrEqual(100);
    expect(bucket?.touchedPairs.length).toBeLessThanOrEqual(100);
  });

  it('does not keep what was flagged from being judged', () => {
    const engine = new AnomalyEngine({ options: { maxEntities: 100, minRecordScore: 0 } });
    engine.observe(start({ user: 'mallory', parent: 'winword.exe', probability: 0.99 }));
    observe(engine, 1_000, (index) => ({ parent: `p${index}` }));
    const entities = engine.flush().flatMap(({ records }) => records.map(({ entity }) => entity));
    expect(new Set(entities)).toEqual(new Set(['WS-0417', 'mallory', 'winword.exe']));
  });
});

const limits: Partial<AnomalyOptions> = { maxEntities: 8, minRecordScore: 0, checkpointStarts: 1 };

it.each(['default', 'elastic'] as const)(
  'goes on from a state without what was evicted, in %s mode',
  (mode) => {
    const store = Store.open(':memory:');
    const table = new AnomalyStateTable(store);
    const options = { ...limits, mode };
    const whole = new AnomalyEngine({ options });
    let cut = new AnomalyEngine({ options });
    const flagged = Array.from({ length: 30 }, (_, index) =>
      start({ atMs: monday + index, parent: `p${index % 11}`, process: `c${index % 3}`, probability: 0.9 }),
    );
    for (const item of flagged) {
      expect(cut.observe(item)).toEqual(whole.observe(item));
      cut.save(table);
      cut = new AnomalyEngine({ options, state: table.load(mode) as AnomalyState });
    }
    expect(whole.counters.evictedEntities).toBeGreaterThan(0);
    expect(JSON.stringify(cut.flush())).toBe(JSON.stringify(whole.flush()));
    store.close();
  },
);

it('makes room among more names than a call has room for arguments', () => {
  const maxPairs = 480_000;
  const memory = new AnomalyMemory({ maxEntities: 100, maxPairs });
  const { entity } = memory.host('h', 'H');
  for (let id = 0; id < maxPairs; id++) memory.addPair(memory.createPair(id, entity, `${id}`));
  expect(memory.evictPairs()).toBe(maxPairs / 16);
  expect(memory.pairCount).toBe((maxPairs * 15) / 16);
});

describe('a flood of flagged starts of new names', () => {
  /** How many answers were worked out, each a walk over all names, for the starts of a bucket. */
  function countAnswers(mode: 'default' | 'elastic', read: (entity: Entity) => number): number {
    const hosts = vi.spyOn(AnomalyMemory.prototype, 'host');
    const engine = new AnomalyEngine({ options: { mode } });
    const flood = (atMs: number, word: string) =>
      observe(engine, 300, (index) => ({ atMs: atMs + index, process: `${word}${index}`, probability: 0.9 }));
    flood(monday, 'a');
    flood(monday + 2 * bucketMs, 'b');
    return read((hosts.mock.results.at(-1)!.value as AnomalyHost).entity);
  }

  it('walks over the names a few times, not once for each start', () => {
    expect(countAnswers('default', ({ view }) => view!.sumsUpTo.size)).toBe(1);
    expect(countAnswers('elastic', ({ rarities }) => rarities!.size)).toBe(1);
  });
});
