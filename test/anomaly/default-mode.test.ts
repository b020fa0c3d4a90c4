import { describe, expect, it } from 'vitest';
import {
  AnomalyEngine,
  type AnomalyJobId,
  type AnomalyRecord,
  compilePriors,
  rememberStart,
  type ScoredStart,
  shippedCounts,
} from '../../src/anomaly/index.ts';
import { bucketMs, dayMs, monday, type StartFacts, start } from './starts.ts';

const priors = compilePriors(shippedCounts);
const rareByUser = 'problem_child_rare_process_by_user_ea';
const rareByHost = 'problem_child_rare_process_by_host_ea';
const rareByParent = 'problem_child_rare_process_by_parent_ea';
const sumByUser = 'problem_child_high_sum_by_user_ea';

/** A flagged start as the model is usually sure of them. */
const sure = 0.9;

function interimScore(
  starts: readonly ScoredStart[],
  last: ScoredStart,
  job: AnomalyJobId,
  withPriors = true,
): number {
  const engine = new AnomalyEngine({ options: { priors: withPriors }, priors });
  for (const item of starts) engine.observe(item);
  return engine.observe(last)?.jobs.find((one) => one.job === job)?.score ?? Number.NaN;
}

/** Ordinary office days: ten hours of the same programs by the same user, and the services. */
function officeDays(days: number, facts: StartFacts = {}): ScoredStart[] {
  const starts: ScoredStart[] = [];
  for (let day = 0; day < days; day++) {
    for (let bucket = 32; bucket < 72; bucket++) {
      const atMs = monday + day * dayMs + bucket * bucketMs;
      for (const process of ['outlook.exe', 'winword.exe', 'msedge.exe', 'teams.exe', 'notepad.exe']) {
        starts.push(start({ atMs, process, ...facts }));
      }
      if (bucket % 4 === 0)
        starts.push(start({ atMs, process: 'powershell.exe', parent: 'explorer.exe', ...facts }));
      for (const process of ['wmiprvse.exe', 'taskhostw.exe', 'conhost.exe']) {
        starts.push(start({ atMs, process, parent: 'svchost.exe', user: 'SYSTEM' }));
      }
    }
  }
  return starts;
}

const dayAfter = (days: number): number => monday + days * dayMs + 40 * bucketMs;

describe('on the first day, without any evidence', () => {
  const first = (facts: StartFacts, job: AnomalyJobId, withPriors = true) =>
    interimScore([], start({ probability: sure, ...facts }), job, withPriors);

  it('a process that no ordinary host starts is rare', () => {
    expect(first({ process: 'mimikatz.exe' }, rareByHost)).toBeGreaterThanOrEqual(75);
  });

  it('a process that ordinary hosts start all the time is not', () => {
    expect(first({ process: 'svchost.exe', parent: 'services.exe' }, rareByHost)).toBeLessThan(50);
    expect(first({ process: 'conhost.exe', parent: 'cmd.exe' }, rareByHost)).toBeLessThan(50);
  });

  it('an ordinary process under the wrong parent is rare for the parent', () => {
    const fromServices = first({ process: 'cmd.exe', parent: 'svchost.exe' }, rareByParent);
    const fromExplorer = first({ process: 'cmd.exe', parent: 'explorer.exe' }, rareByParent);
    expect(fromServices).toBeGreaterThan(fromExplorer + 10);
  });

  it('a surer model finds the same process rarer', () => {
    const scores = [0.5, 0.75, 0.9, 0.95].map((probability) =>
      first({ process: 'whoami.exe', probability }, rareByHost),
    );
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(new Set(scores).size).toBe(4);
  });

  it('without priors nothing is rare', () => {
    expect(first({ process: 'mimikatz.exe' }, rareByHost, false)).toBeLessThan(50);
  });
});

describe('an old user', () => {
  const history = officeDays(10);

  it.each([
    ['the first start of a process unheard of', 'mimikatz.exe', 90, 100],
    ['the first start of a tool that ordinary hosts start seldom', 'certutil.exe', 85, 100],
    ['a process that it starts now and then', 'powershell.exe', 25, 74],
    ['a process that it starts all the time', 'winword.exe', 0, 50],
  ])('%s', (_, process, least, most) => {
    const score = interimScore(
      history,
      start({ atMs: dayAfter(10), process, probability: sure }),
      rareByUser,
    );
    expect(score).toBeGreaterThanOrEqual(least);
    expect(score).toBeLessThanOrEqual(most);
  });

  it('flagged for the same process every day stops being rare', () => {
    const daily = [...Array(10).keys()].map((day) =>
      start({ atMs: monday + day * dayMs + 50 * bucketMs, process: 'backup.exe', probability: 0.7 }),
    );
    const all = [...history, ...daily].sort((a, b) => a.event.timeMs - b.event.timeMs);
    const again = start({ atMs: dayAfter(10), process: 'backup.exe', probability: 0.7 });
    expect(interimScore(all, again, rareByUser)).toBeLessThan(50);
    expect(interimScore(history, again, rareByUser)).toBeGreaterThanOrEqual(75);
  });
});

describe('a user never seen before', () => {
  const stranger = (atMs: number) =>
    start({ atMs, user: 'mallory', process: 'powershell.exe', probability: sure });

  it('is no news on a new host', () => {
    expect(interimScore([], stranger(monday), rareByUser)).toBeLessThan(75);
  });

  it('is, on a host long observed, even with a process that everybody there starts', () => {
    expect(interimScore(officeDays(10), stranger(dayAfter(10)), rareByUser)).toBeGreaterThanOrEqual(75);
  });

  it('stays one until it has buckets of its own', () => {
    const visits = [0, 1, 2, 3].map((n) =>
      start({ atMs: dayAfter(10) + n * bucketMs, user: 'mallory', process: 'explorer.exe' }),
    );
    const scores = [0, 1, 2, 3].map((n) =>
      interimScore(
        [...officeDays(10), ...visits.slice(0, n)],
        stranger(dayAfter(10) + 4 * bucketMs),
        rareByUser,
      ),
    );
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[3]).toBeLessThan(scores[0]!);
  });
});

describe('a cluster', () => {
  const tools = [
    'whoami.exe',
    'net.exe',
    'nltest.exe',
    'quser.exe',
    'reg.exe',
    'tasklist.exe',
    'arp.exe',
    'sc.exe',
  ];
  const burst = (count: number, atMs = monday, probability = 0.97) =>
    tools
      .slice(0, count)
      .map((process, n) => start({ atMs: atMs + n * 1_000, process, probability, parent: 'cmd.exe' }));
  const scoreOf = (starts: readonly ScoredStart[]) =>
    interimScore(starts.slice(0, -1), starts.at(-1)!, sumByUser);

  it.each([
    [1, 0, 25],
    [3, 40, 60],
    [5, 75, 90],
    [6, 90, 100],
  ])('of %d sure starts within a bucket, on the first day', (count, least, most) => {
    const score = scoreOf(burst(count));
    expect(score).toBeGreaterThanOrEqual(least);
    expect(score).toBeLessThanOrEqual(most);
  });

  it('spread over the buckets of three hours tells by itself, with a positive impact', () => {
    const engine = new AnomalyEngine({ priors });
    const slow = [...Array(10).keys()].map((n) => burst(1, monday + n * bucketMs)[0]!);
    for (const item of slow) engine.observe(item);
    const closed = [...engine.takeClosed(), ...engine.flush()];
    const records = closed.flatMap((bucket) => bucket.records).filter(({ job }) => job === sumByUser);
    expect(records.at(-1)?.score).toBeGreaterThanOrEqual(75);
    expect(records.at(-1)?.multiBucketImpact).toBeGreaterThan(0);
  });

  it('hides no second one', () => {
    const first = burst(8);
    const second = burst(8, monday + 8 * 4 * bucketMs);
    expect(scoreOf([...first, ...second])).toBeGreaterThanOrEqual(75);
  });

  it('that comes every day is ordinary in the end', () => {
    const daily = [...Array(20).keys()].flatMap((day) => burst(6, monday + day * dayMs, 0.6));
    expect(scoreOf(daily)).toBeLessThan(75);
  });
});

describe('a record', () => {
  function closeWith(starts: readonly ScoredStart[]): AnomalyRecord[] {
    const engine = new AnomalyEngine({ options: { minRecordScore: 0 }, priors });
    for (const item of starts) engine.observe(item);
    return engine.flush().flatMap(({ records }) => records);
  }

  it('names what stands behind it', () => {
    const starts = [
      start({ id: 'a', process: 'net.exe', probability: 0.9 }),
      start({ id: 'b', process: 'whoami.exe', probability: 0.95 }),
      start({ id: 'c', process: 'whoami.exe', probability: 0.6 }),
      start({ id: 'd', process: 'notepad.exe' }),
    ];
    const records = closeWith(starts);
    expect(records).toHaveLength(3 * 3);
    const sum = records.find(({ job }) => job === sumByUser);
    expect(sum).toMatchObject({
      entity: 'anna',
      host: 'WS-0417',
      process: undefined,
      eventCount: 3,
      eventIds: ['a', 'b', 'c'],
      subject: rememberStart(starts[1]!),
    });
    expect(sum?.actual).toBeCloseTo(2.45);
    expect(sum?.influencers.map(({ field, value }) => `${field}=${value}`)).toEqual(
      expect.arrayContaining(['user.name=anna', 'host.name=WS-0417', 'process.name=whoami.exe']),
    );
    expect(sum?.influencers.map(({ value }) => value)).not.toContain('net.exe');
    const rare = records.find(({ job, process }) => job === rareByUser && process === 'whoami.exe');
    expect(rare).toMatchObject({
      actual: 2,
      eventIds: ['b', 'c'],
      firstSeen: true,
      subject: rememberStart(starts[1]!),
    });
    expect(rare?.score).toBe(rare?.initialScore);
  });

  it('is made of flagged starts that no exclusion covers', () => {
    expect(closeWith([start({ process: 'Winlogbeat.EXE', probability: 0.99 })])).toEqual([]);
    expect(closeWith([start({ probability: 0.49 })])).toEqual([]);
  });

  it('leaves out what the event does not say', () => {
    const jobs = closeWith([start({ user: undefined, parent: undefined, probability: 0.9 })]).map(
      ({ job }) => job,
    );
    expect(jobs).toEqual([rareByHost, 'problem_child_high_sum_by_host_ea']);
  });
});
