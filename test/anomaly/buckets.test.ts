import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnomalyEngine, type AnomalyRecord, type ScoredStart } from '../../src/anomaly/index.ts';
import { bucketMs, dayMs, minuteMs, monday, start } from './starts.ts';

const highSumByHost = 'problem_child_high_sum_by_host_ea';

function run(starts: readonly ScoredStart[]) {
  const engine = new AnomalyEngine({ options: { minRecordScore: 0 } });
  const interim = starts.map((item) => engine.observe(item));
  const before = engine.takeClosed();
  const closed = [...before, ...engine.flush()];
  return { engine, interim, before, closed, records: closed.flatMap(({ records }) => records) };
}

function sums(records: readonly AnomalyRecord[]) {
  return records
    .filter(({ job }) => job === highSumByHost)
    .map(({ bucketStartMs, actual, eventIds }) => [
      (bucketStartMs - monday) / bucketMs,
      actual,
      eventIds.join(' '),
    ]);
}

const flagged = (minutes: number, id: string, host = 'WS-0417'): ScoredStart =>
  start({ atMs: monday + minutes * minuteMs, id, host, probability: 0.5 });

describe('a bucket', () => {
  it('begins at a multiple of 15 minutes and sums what fell in it', () => {
    const { records } = run([flagged(0, 'a'), flagged(14.999, 'b'), flagged(15, 'c')]);
    expect(sums(records)).toEqual([
      [0, 1, 'a b'],
      [1, 0.5, 'c'],
    ]);
  });

  it('takes starts for two minutes of event time after its end', () => {
    const { records, engine } = run([flagged(14, 'a'), flagged(16.999, 'b'), flagged(13, 'c')]);
    expect(sums(records)).toEqual([
      [0, 1, 'a c'],
      [1, 0.5, 'b'],
    ]);
    expect(engine.counters.late).toBe(0);
  });

  it('counts later ones as late; they are judged and move no model', () => {
    const { records, engine, interim } = run([flagged(14, 'a'), flagged(17, 'b'), flagged(13, 'c')]);
    expect(sums(records)).toEqual([
      [0, 0.5, 'a'],
      [1, 0.5, 'b'],
    ]);
    expect(engine.counters).toMatchObject({ observed: 3, flagged: 3, late: 1, lateFlagged: 1 });
    expect(interim[2]).toMatchObject({ late: true, bucketStartMs: monday });
    expect(interim[2]?.jobs).toHaveLength(6);
  });

  it('closes as soon as its host is past it, not before', () => {
    expect(run([flagged(1, 'a'), flagged(16.9, 'b')]).before).toEqual([]);
    expect(run([flagged(1, 'a'), flagged(17, 'b')]).before).toMatchObject([
      { host: 'WS-0417', startMs: monday, endMs: monday + bucketMs },
    ]);
  });

  it('closes by the time of day when a live source is silent', () => {
    const engine = new AnomalyEngine();
    engine.observe(flagged(1, 'a'));
    expect(engine.closeUntil(monday + 16 * minuteMs)).toEqual([]);
    expect(engine.closeUntil(monday + 17 * minuteMs)).toMatchObject([{ startMs: monday }]);
  });
});

describe("a host's clock", () => {
  it('is its own', () => {
    const { records, engine } = run([
      flagged(0, 'a', 'A'),
      flagged(60 * 24 * 365, 'b', 'B'),
      flagged(1, 'c', 'A'),
    ]);
    expect(engine.counters).toMatchObject({ late: 0, clockSetBacks: 0 });
    expect(sums(records.filter(({ host }) => host === 'A'))).toEqual([[0, 1, 'a c']]);
  });

  it('goes back when a recording does, by more than a day', () => {
    const { records, engine } = run([
      start({ atMs: monday, id: 'a', probability: 0.5 }),
      start({ atMs: monday - 2 * dayMs, id: 'b', probability: 0.5 }),
    ]);
    expect(engine.counters).toMatchObject({ late: 0, clockSetBacks: 1 });
    expect(sums(records)).toEqual([
      [0, 0.5, 'a'],
      [-192, 0.5, 'b'],
    ]);
  });

  it('set years ahead for one start does not make the host forget', () => {
    const days = [...Array(3).keys()].flatMap((day) =>
      [...Array(90).keys()].map((n) => start({ atMs: monday + day * dayMs + n * bucketMs })),
    );
    const { engine } = run([
      ...days,
      start({ atMs: monday + 3_650 * dayMs }),
      start({ atMs: monday + 3 * dayMs }),
    ]);
    expect(engine.counters).toMatchObject({ prunedPairs: 0, prunedEntities: 0, clockSetBacks: 1 });
  });
});

describe('a clock that was ahead', () => {
  const hourMs = 60 * minuteMs;
  const ahead = start({ atMs: monday + 23 * hourMs });
  /** Ordinary starts, `everyMs` apart. */
  const starts = (count: number, everyMs: number, fromMs = monday) =>
    Array.from({ length: count }, (_, n) => start({ atMs: fromMs + n * everyMs }));
  const attack = (fromMs: number) =>
    [...Array(5).keys()].map((n) => start({ atMs: fromMs + n, id: `attack-${n}`, probability: 0.99 }));

  it('is set back by 50 late starts in a row, and what follows is judged in its buckets', () => {
    const { engine, records } = run([
      ...starts(1, 0),
      ahead,
      ...starts(50, 1_000),
      ...attack(monday + hourMs),
      ...starts(40, 30 * minuteMs, monday + 2 * hourMs),
    ]);
    expect(engine.counters).toMatchObject({ late: 49, lateFlagged: 0, clockSetBacks: 1 });
    expect(sums(records)).toEqual([[4, 5 * 0.99, 'attack-0 attack-1 attack-2 attack-3 attack-4']]);
  });

  it('is set back by ten on a quiet host, when their times reach over a bucket', () => {
    const quiet = run([ahead, ...starts(40, 5 * minuteMs)]);
    expect(quiet.engine.counters).toMatchObject({ late: 9, clockSetBacks: 1 });
    const slow = run([ahead, ...starts(3, hourMs)]);
    expect(slow.engine.counters).toMatchObject({ late: 3, clockSetBacks: 0 });
  });

  it('is not set back by late starts between which others are on time', () => {
    const today = monday + 20 * hourMs;
    const merged = [...Array(20).keys()].flatMap((n) => [
      start({ atMs: today + n * minuteMs }),
      ...starts(49, 1_000, monday + n * minuteMs),
    ]);
    const { engine } = run(merged);
    expect(engine.counters).toMatchObject({ observed: 1_000, late: 980, clockSetBacks: 0 });
  });

  it('does not go back and forth with two streams that take turns', () => {
    const today = monday + 20 * hourMs;
    const blocks = [...Array(20).keys()].flatMap((n) => [
      start({ atMs: today + n }),
      ...starts(100, 1_000, monday + n * 6 * minuteMs),
    ]);
    const { engine } = run(blocks);
    expect(engine.counters).toMatchObject({ observed: 2_020, clockSetBacks: 2 });
    // Once the host has gone on, a clock that is ahead is set back as easily as before.
    const later = run([
      ...blocks,
      ...starts(5, hourMs, today + hourMs),
      start({ atMs: today + 20 * hourMs }),
      ...starts(50, 1_000, today + 7 * hourMs),
    ]);
    expect(later.engine.counters).toMatchObject({ clockSetBacks: 3 });
  });

  it('makes only those late whose bucket the time of day closed', () => {
    const engine = new AnomalyEngine();
    for (let n = 0; n < 90; n++) {
      engine.observe(start({ atMs: monday + n * minuteMs }));
      if (n % 15 === 10) engine.closeUntil(monday + 23 * hourMs + n * minuteMs);
    }
    expect(engine.counters).toMatchObject({ observed: 90, late: 6 * 4, clockSetBacks: 0 });
  });

  it('that goes back and forth with each start makes the host forget nothing', () => {
    const known = [...Array(24).keys()].map((n) => start({ atMs: monday, process: `tool-${n}.exe` }));
    const both = [...Array(80).keys()].flatMap((n) => [
      start({ atMs: monday + n * bucketMs }),
      start({ atMs: monday - 2 * dayMs + n * bucketMs }),
    ]);
    const { engine } = run([...known, ...both]);
    expect(engine.counters).toMatchObject({ clockSetBacks: 80, prunedPairs: 0, prunedEntities: 0 });
  });
});

it('gives each host what an agent on it alone would have given', () => {
  const step = fc.record({
    host: fc.constantFrom('A', 'B', 'C'),
    minutes: fc.integer({ min: 0, max: 40 }),
    process: fc.constantFrom('cmd.exe', 'net.exe', 'whoami.exe', 'x.exe'),
    probability: fc.constantFrom(0.1, 0.7, 0.99),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const clocks = new Map<string, number>();
      const starts = steps.map(({ host, minutes, ...facts }, index) => {
        const atMs = (clocks.get(host) ?? monday) + minutes * minuteMs;
        clocks.set(host, atMs);
        return start({ ...facts, host, atMs, id: `e${index}` });
      });
      const together = run(starts).records;
      for (const host of ['A', 'B', 'C']) {
        const alone = run(starts.filter(({ event }) => event.host.name === host)).records;
        expect(together.filter((record) => record.host === host)).toEqual(alone);
      }
    }),
    { numRuns: 60 },
  );
});

it('keeps to its limits, whatever names come', () => {
  const names = fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), fc.nat(6)), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(names, (drawn) => {
      const engine = new AnomalyEngine({ options: { maxEntities: 20, maxPairs: 50, maxSightings: 5 } });
      for (const [index, [process, parent, host]] of drawn.entries()) {
        const probability = index % 2 === 0 ? 0.9 : 0.1;
        engine.observe(
          start({ atMs: monday + index * minuteMs, process, parent, host: `H${host}`, probability }),
        );
        expect(engine.size.entities).toBeLessThanOrEqual(20);
        expect(engine.size.pairs).toBeLessThanOrEqual(50);
      }
    }),
    { numRuns: 40 },
  );
});
