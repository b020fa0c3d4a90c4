import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activity } from '../../src/agent/activity.ts';
import { SlidingCounts } from '../../src/agent/sliding-counts.ts';
import { makeAlert, makeScored } from '../support/alert.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const beginMs = Date.UTC(2026, 10, 18, 9);

function createWorld() {
  const clock = { ms: beginMs, nowMs: () => clock.ms };
  const activity = new Activity(clock);
  const start = (name: string, probability: number, commandLine = name) =>
    activity.take(
      {
        alerts: [],
        incidents: [],
        scored: [makeScored(makeProcessEvent({ process: { name, commandLine } }), probability)],
      },
      2,
    );
  const alert = (user: string) =>
    activity.take(
      { alerts: [makeAlert(makeProcessEvent({ user: { name: user, domain: 'D' } }))], incidents: [] },
      0,
    );
  return { clock, activity, start, alert };
}

describe('counts over a sliding time', () => {
  it('are those of a list of everything, for as many names as are kept', () => {
    const step = fc.record({
      afterMs: fc.nat(4_000),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      count: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const counts = new SlidingCounts({ slotMs: 1_000, slots: 10, maxNames: 4 });
        const all: { second: number; name: string; count: number }[] = [];
        let nowMs = 5_000;
        for (const { afterMs, name, count } of steps) {
          nowMs += afterMs;
          counts.add(name, count, nowMs);
          all.push({ second: Math.floor(nowMs / 1_000), name, count });
        }
        const newest = Math.floor(nowMs / 1_000);
        for (const seconds of [1, 3, 10]) {
          const { counts: totals, rest } = counts.totals(nowMs, seconds * 1_000);
          expect(rest).toBe(0);
          for (const name of ['a', 'b', 'c', 'd']) {
            const expected = all
              .filter((each) => each.name === name && each.second > newest - seconds)
              .reduce((sum, each) => sum + each.count, 0);
            expect(totals.get(name) ?? 0).toBe(expected);
          }
        }
      }),
    );
  });

  it('stay bounded, and what is not kept by name is still counted', () => {
    const counts = new SlidingCounts({ slotMs: 1_000, slots: 2, maxNames: 3 });
    for (let index = 0; index < 100; index++) counts.add(`name ${index}`, 1, 10_000);
    const totals = counts.totals(10_000);
    expect([totals.counts.size, totals.rest]).toEqual([3, 97]);
  });
});

describe('what happens on the agent', () => {
  it('has rates of the time it had', () => {
    const { clock, activity, start } = createWorld();
    clock.ms += 4_000;
    for (let count = 0; count < 8; count++) start('a.exe', 0.1);
    expect(activity.snapshot()).toMatchObject({
      startsPerSecond: { last10s: 2, last60s: 2 },
      recordsPerSecond: 4,
    });
    clock.ms += 20_000;
    expect(activity.snapshot().startsPerSecond).toEqual({ last10s: 0, last60s: 0.33 });
    clock.ms += 60_000;
    expect(activity.snapshot()).toMatchObject({ startsPerSecond: { last60s: 0 }, recordsPerSecond: 0 });
  });

  it('has the noisiest programs, whatever their case', () => {
    const { activity, start, clock } = createWorld();
    for (const name of ['CMD.exe', 'cmd.exe', 'net.exe']) start(name, 0.1);
    expect(activity.snapshot().programs).toEqual([
      { name: 'cmd.exe', starts: 2 },
      { name: 'net.exe', starts: 1 },
    ]);
    clock.ms += 330_000;
    expect(activity.snapshot().programs).toEqual([]);
  });

  it('has the highest scores of the last hour', () => {
    const { activity, start, clock } = createWorld();
    start('old.exe', 1);
    clock.ms += 1_800_000;
    for (let index = 0; index < 50; index++) start(`p${index}.exe`, index / 100);
    const { scores } = activity.snapshot();
    expect(scores).toHaveLength(20);
    expect(scores.map(({ program }) => program).slice(0, 3)).toEqual(['old.exe', 'p49.exe', 'p48.exe']);
    clock.ms += 1_800_001;
    expect(activity.snapshot().scores[0]?.program).toBe('p49.exe');
    clock.ms += 3_600_000;
    expect(activity.snapshot().scores).toEqual([]);
    start('new.exe', 0.001);
    expect(activity.snapshot().scores).toHaveLength(1);
  });

  it('has flagged users, forgets the one that was flagged longest ago, and stays bounded', () => {
    const { activity, alert, start } = createWorld();
    for (let index = 0; index < 300; index++) alert(`user${index}`);
    alert('USER299');
    alert('user0');
    const { users } = activity.snapshot();
    expect(users[0]).toMatchObject({ user: 'D\\USER299', host: 'WS-0417', alerts: 2 });
    expect(users).toHaveLength(20);
    start('x'.repeat(100_000), 1, 'y'.repeat(100_000));
    expect(JSON.stringify(activity.snapshot()).length).toBeLessThan(40_000);
  });
});
