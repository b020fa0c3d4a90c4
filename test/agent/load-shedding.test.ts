import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadShedding } from '../../src/agent/load-shedding.ts';

describe('load shedding', () => {
  it('sheds after 15 s in which something always waited, and takes up again after 10 s in which nothing did', () => {
    const load = new LoadShedding();
    const changes: string[] = [];
    const observe = (hasMore: boolean, seconds: number): void => {
      const level = load.observe(hasMore, seconds * 1_000);
      if (level !== undefined) changes.push(`${seconds} ${level}`);
    };
    for (let second = 0; second < 30; second++) observe(true, second);
    for (let second = 30; second < 60; second++) observe(false, second);
    expect(changes).toEqual(['15 unexplained', '40 full']);
  });

  it('is not impressed by a burst that ends in time', () => {
    const load = new LoadShedding();
    for (let second = 0; second < 60; second++) load.observe(second % 14 !== 13, second * 1_000);
    expect(load.level).toBe('full');
  });

  it('never changes twice within ten seconds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8_000 })), { maxLength: 200 }),
        (batches) => {
          const load = new LoadShedding();
          let nowMs = 0;
          let changedMs = Number.NEGATIVE_INFINITY;
          for (const [hasMore, stepMs] of batches) {
            nowMs += stepMs;
            if (load.observe(hasMore, nowMs) === undefined) continue;
            expect(nowMs - changedMs).toBeGreaterThanOrEqual(10_000);
            changedMs = nowMs;
          }
        },
      ),
    );
  });
});
