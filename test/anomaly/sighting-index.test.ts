import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { AnomalyEngine } from '../../src/anomaly/index.ts';
import { AnomalyMemory } from '../../src/anomaly/memory.ts';
import { SightingIndex } from '../../src/anomaly/sighting-index.ts';
import { bucketMs, monday, start } from './starts.ts';

afterEach(() => vi.restoreAllMocks());

it('finds what a look at every sighting would find, in the same order', () => {
  const memory = new AnomalyMemory({ maxEntities: 100, maxPairs: 100 });
  const host = memory.host('h', 'H');
  const users = ['anna', 'ben'].map((name) => memory.user(host, name, name));
  // Named like a user, and another entity all the same.
  const parents = ['anna', 'cmd.exe'].map((name) => memory.parent(host, name, name));
  const processes = ['cmd.exe', 'net.exe', '__proto__'];
  const sighting = fc.record({
    start: fc.constant(start()),
    process: fc.constantFrom(...processes, undefined),
    user: fc.constantFrom(...users, undefined),
    parent: fc.constantFrom(...parents, undefined),
  });
  fc.assert(
    fc.property(fc.array(sighting, { maxLength: 40 }), (sightings) => {
      const index = new SightingIndex(host.entity, sightings);
      for (const entity of [host.entity, ...users, ...parents]) {
        for (const process of [...processes, undefined]) {
          const expected = sightings.filter(
            (each) =>
              (entity.kind === 'host' || each.user === entity || each.parent === entity) &&
              (process === undefined || each.process === process),
          );
          expect(index.of(entity, process)).toEqual(expected);
        }
      }
    }),
  );
});

it('is asked for no more sightings than a bucket has under its entities, whatever their names', () => {
  const { of } = SightingIndex.prototype;
  let read = 0;
  vi.spyOn(SightingIndex.prototype, 'of').mockImplementation(function (this: SightingIndex, entity, process) {
    const found = of.call(this, entity, process);
    read += found.length;
    return found;
  });
  const engine = new AnomalyEngine({ options: { minRecordScore: 0 } });
  const count = 1_000;
  for (let index = 0; index < count; index++) {
    engine.observe(start({ atMs: monday + index, process: `n${index}.exe`, probability: 0.9 }));
  }
  engine.observe(start({ atMs: monday + 2 * bucketMs }));
  expect(engine.takeClosed()[0]?.records).toHaveLength(3 * count + 3);
  // Once under each of the three entities by its name, and once in all.
  expect(read).toBe(6 * count);
});
