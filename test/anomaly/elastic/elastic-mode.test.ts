import { describe, expect, it } from 'vitest';
import {
  AnomalyEngine,
  type AnomalyRecord,
  type Rescore,
  type ScoredStart,
} from '../../../src/anomaly/index.ts';
import { bucketMs, monday, start } from '../starts.ts';

const rareByUser = 'problem_child_rare_process_by_user_ea';
const sumByUser = 'problem_child_high_sum_by_user_ea';

function run(starts: readonly ScoredStart[]) {
  const engine = new AnomalyEngine({ options: { mode: 'elastic', minRecordScore: 0 } });
  for (const item of starts) engine.observe(item);
  const records: AnomalyRecord[] = [...engine.takeClosed(), ...engine.flush()].flatMap(
    (closed) => closed.records,
  );
  let rescores: readonly Rescore[] = [];
  engine.save({
    append: () => undefined,
    checkpoint: (_, changes) => {
      rescores = changes.rescores;
    },
  });
  return { records, rescores };
}

/** One flagged start of the same program in each of so many buckets. */
function routine(buckets: number, probability = 0.6): ScoredStart[] {
  return [...Array(buckets).keys()].map((n) =>
    start({ atMs: monday + n * bucketMs, process: 'agent.exe', probability }),
  );
}

describe('rare', () => {
  const novelty = (buckets: number) =>
    start({ atMs: monday + buckets * bucketMs, process: 'new.exe', probability: 0.9 });
  const scoreAfter = (buckets: number): number =>
    run([...routine(buckets), novelty(buckets)]).records.find(
      ({ job, process }) => job === rareByUser && process === 'new.exe',
    )!.score;

  it.each([
    [10, 0, 0],
    [100, 0, 75],
    [3_000, 75, 100],
  ])('after %d observations a first-seen process scores from %d to %d', (buckets, least, most) => {
    const score = scoreAfter(buckets);
    expect(score).toBeGreaterThanOrEqual(least);
    expect(score).toBeLessThanOrEqual(most);
  });

  it('learns from flagged starts alone', () => {
    const ordinary = [...Array(3_000).keys()].map((n) =>
      start({ atMs: monday + n * bucketMs, process: 'agent.exe' }),
    );
    const [record] = run([...ordinary, novelty(3_000)]).records.filter(({ job }) => job === rareByUser);
    expect(record?.score).toBe(0);
  });

  it('takes names as they are written', () => {
    const starts = [
      ...routine(3_000),
      start({ atMs: monday + 3_000 * bucketMs, process: 'AGENT.EXE', probability: 0.9 }),
    ];
    const record = run(starts).records.find(({ process }) => process === 'AGENT.EXE');
    expect(record).toMatchObject({ firstSeen: true });
  });
});

describe('high_sum', () => {
  const burstAt = (bucket: number, count: number) =>
    [...Array(count).keys()].map((n) =>
      start({ atMs: monday + bucket * bucketMs + n, process: 'agent.exe', probability: 0.9 }),
    );
  const sums = (records: readonly AnomalyRecord[]) => records.filter(({ job }) => job === sumByUser);

  it('says nothing in its first eight buckets', () => {
    const { records } = run([...routine(6), ...burstAt(6, 20)]);
    expect(sums(records).at(-1)).toMatchObject({ probability: 1, score: 0 });
  });

  it('finds a burst after days of routine, by one side only', () => {
    const { records } = run([...routine(960), ...burstAt(960, 20)]);
    expect(sums(records).at(-1)?.score).toBeGreaterThanOrEqual(75);
    const { records: less } = run([
      ...routine(960, 0.9),
      start({ atMs: monday + 960 * bucketMs, probability: 0.5 }),
    ]);
    expect(sums(less).at(-1)?.score).toBe(0);
  });

  it('scores earlier records down when a much larger maximum comes, and keeps the initial score', () => {
    const varied = (from: number, to: number) =>
      [...Array(to - from).keys()].flatMap((n) => burstAt(from + n, 1 + (((from + n) * 7) % 5)));
    const { records, rescores } = run([
      ...varied(0, 900),
      ...burstAt(900, 12),
      ...varied(901, 930),
      ...burstAt(930, 400),
    ]);
    const [first] = sums(records).filter(({ bucketStartMs }) => bucketStartMs === monday + 900 * bucketMs);
    const changed = rescores.find(({ id }) => id === first?.id);
    expect(first?.initialScore).toBeGreaterThan(10);
    expect(first?.score).toBe(first?.initialScore);
    expect(changed?.score).toBeLessThan(first!.initialScore);
  });
});
