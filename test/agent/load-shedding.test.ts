import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoadShedding } from '../../src/agent/load-shedding.ts';

const batchSize = 256;

describe('load shedding', () => {
  it('sheds after 15 s of nothing but full batches, and takes up again after 10 s of others', () => {
    const load = new LoadShedding(batchSize);
    const changes: string[] = [];
    const observe = (records: number, seconds: number): void => {
      const level = load.observe(records, seconds * 1_000);
      if (level !== undefined) changes.push(`${seconds} ${level}`);
    };
    for (let second = 0; second < 30; second++) observe(batchSize, second);
    for (let second = 30; second < 60; second++) observe(3, second);
    expect(changes).toEqual(['15 unexplained', '40 full']);
  });

  it('is not impressed by a burst that ends in time', () => {
    const load = new LoadShedding(batchSize);
    for (let second = 0; second < 60; second++)
      load.observe(second % 14 === 13 ? 10 : batchSize, second * 1_000);
    expect(load.level).toBe('full');
  });

  it('never changes twice within ten seconds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8_000 })), { maxLength: 200 }),
        (batches) => {
          const load = new LoadShedding(batchSize);
          let nowMs = 0;
          let changedMs = Number.NEGATIVE_INFINITY;
          for (const [isFull, stepMs] of batches) {
            nowMs += stepMs;
            if (load.observe(isFull ? batchSize : 1, nowMs) === undefined) continue;
            expect(nowMs - changedMs).toBeGreaterThanOrEqual(10_000);
            changedMs = nowMs;
          }
        },
      ),
    );
  });
});
