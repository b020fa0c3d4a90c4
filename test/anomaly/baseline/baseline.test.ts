import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AnomalyEngine,
  type Baseline,
  BaselineLearner,
  createPriors,
  createUserHash,
  formatBaseline,
  mergeBaselines,
  parseBaseline,
  type ScoredStart,
  shippedCounts,
} from '../../../src/anomaly/index.ts';
import { AgentError } from '../../../src/errors/index.ts';
import { bucketMs, monday, start } from '../starts.ts';

const userHash = createUserHash('an organisation keeps this');

function learn(starts: readonly ScoredStart[], withUsers = true): Baseline {
  const learner = new BaselineLearner(withUsers ? userHash : undefined);
  for (const item of starts) learner.learn(item);
  return learner.finish();
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof AgentError ? error.code : String(error);
  }
  return undefined;
}

describe('a learnt baseline', () => {
  const baseline = learn([
    start({ process: 'Tool.exe' }),
    start({ process: 'tool.exe', atMs: monday + 1 }),
    start({ process: 'tool.exe', atMs: monday + bucketMs }),
    start({ process: 'tool.exe', host: 'OTHER', user: 'ben' }),
    start({ process: 'evil.exe', probability: 0.9 }),
  ]);

  it('counts each name once per host and bucket, and leaves out what is flagged', () => {
    expect(baseline).toMatchObject({
      hosts: 2,
      sightings: 3,
      processes: { 'tool.exe': 3 },
      parents: { 'explorer.exe': { 'tool.exe': 3 } },
    });
  });

  it('names no user and no host', () => {
    const text = formatBaseline(baseline);
    expect(text).not.toMatch(/anna|ben|meridian|ws-0417|other/i);
    expect(Object.keys(baseline.users)).toHaveLength(2);
    expect(baseline.users[userHash.hash('meridian\\anna')]).toEqual({ 'tool.exe': 2 });
  });

  it('has no users without a key', () => {
    expect(learn([start()], false)).toMatchObject({ keyId: null, users: {} });
  });

  it('comes back from its file', () => {
    expect(parseBaseline(formatBaseline(baseline), 'file')).toEqual(baseline);
  });

  it('adds up', () => {
    expect(mergeBaselines([baseline, baseline])).toMatchObject({
      hosts: 4,
      sightings: 6,
      processes: { 'tool.exe': 6 },
      keyId: userHash.keyId,
    });
    expect(mergeBaselines([baseline])).toEqual(baseline);
  });

  it('merges with none of another key', () => {
    const other = { ...baseline, keyId: createUserHash('another organisation').keyId };
    expect(codeOf(() => mergeBaselines([baseline, other]))).toBe('PC_BASELINE_KEY');
    expect(codeOf(() => createPriors(shippedCounts, other, userHash))).toBe('PC_BASELINE_KEY');
  });
});

describe('a baseline of decayed counts', () => {
  /** What an agent exports that has seen these names, each in so many buckets, with quiet ones between. */
  const exported = (names: readonly (readonly [buckets: number, quiet: number])[]): Baseline => {
    const engine = new AnomalyEngine();
    for (const [index, [buckets, quiet]] of names.entries()) {
      for (let n = 0; n < buckets; n++) {
        const atMs = monday + (n * (quiet + 1) + index) * bucketMs;
        engine.observe(start({ atMs, process: `tool-${index}.exe`, host: `H${index % 3}` }));
      }
    }
    engine.flush();
    return engine.exportBaseline(userHash);
  };
  const exports = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 40 })), { maxLength: 12 })
    .map(exported);

  it('comes back from its file, alone and merged with others', () => {
    fc.assert(
      fc.property(fc.array(exports, { minLength: 1, maxLength: 4 }), (baselines) => {
        for (const each of [...baselines, mergeBaselines(baselines)]) {
          expect(parseBaseline(formatBaseline(each), 'file')).toEqual(each);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('may have been rounded count by count', () => {
    const processes = { 'a.exe': 1.001, 'b.exe': 1.001, 'c.exe': 1.001 };
    const text = (sightings: number) => formatBaseline({ ...learn([]), sightings, processes });
    expect(parseBaseline(text(3.001), 'file').sightings).toBe(3.001);
    expect(mergeBaselines([parseBaseline(text(3.001), 'file')]).sightings).toBe(3.003);
    expect(codeOf(() => parseBaseline(text(3), 'file'))).toBe('PC_BASELINE_INVALID');
  });
});

describe('names whose lower case is longer', () => {
  /** 204 UTF-16 units as written, 404 in lower case. */
  const dotted = `${'\u0130'.repeat(200)}.exe`;
  const key = dotted.toLowerCase().slice(0, 256);

  it('are no longer than any key', () => {
    const engine = new AnomalyEngine();
    const pairs = `${'x'.repeat(255)}\u{1f600}.exe`;
    for (const process of [dotted, pairs]) engine.observe(start({ process, parent: process }));
    engine.flush();
    const exported = engine.exportBaseline();
    const keys = [key, `${'x'.repeat(255)}\ufffd`];
    expect(Object.keys(exported.processes).toSorted()).toEqual(keys.toSorted());
    expect(Object.keys(exported.parents).toSorted()).toEqual(keys.toSorted());
    expect(parseBaseline(formatBaseline(exported), 'file')).toEqual(exported);
  });

  it('are read where they were clipped first, and counted under their key', () => {
    const whole = dotted.toLowerCase();
    const processes = { [whole]: 2, [key]: 1, 'a.exe': 1 };
    const written = {
      ...learn([]),
      sightings: 4,
      processes,
      parents: { [whole]: processes, [key]: processes },
    };
    const read = parseBaseline(formatBaseline(written), 'file');
    expect(mergeBaselines([read])).toMatchObject({
      sightings: 4,
      processes: { [key]: 3, 'a.exe': 1 },
      parents: { [key]: { [key]: 6, 'a.exe': 2 } },
    });
    expect(codeOf(() => createPriors(shippedCounts, read))).toBeUndefined();
  });
});

it.each([
  [
    'a name that no agent writes',
    formatBaseline({ ...learn([]), sightings: 5, processes: { ['x'.repeat(513)]: 1 } }),
  ],
  ['no JSON', '{'],
  ['another format', '{"format":"x"}'],
  ['a later version', formatBaseline({ ...learn([]), version: 2 as 1 })],
  ['a negative count', formatBaseline({ ...learn([]), sightings: 5, processes: { 'a.exe': -1 } })],
  ['more by name than in all', formatBaseline({ ...learn([]), sightings: 1, processes: { 'a.exe': 2 } })],
  ['a user that is no hash', formatBaseline({ ...learn([start()]), users: { anna: { 'a.exe': 1 } } })],
  ['an unknown key', JSON.stringify({ ...learn([]), hostname: 'x' })],
])('refuses %s', (_, text) => {
  expect(codeOf(() => parseBaseline(text, 'b.json'))).toBe('PC_BASELINE_INVALID');
});

describe('an imported baseline', () => {
  const rareByHost = 'problem_child_rare_process_by_host_ea';
  const rareByUser = 'problem_child_rare_process_by_user_ea';
  const week = [...Array(400).keys()].flatMap((n) => [
    start({ atMs: monday + n * bucketMs, process: 'inventory.exe' }),
    start({ atMs: monday + n * bucketMs, process: 'word.exe', user: 'ben' }),
  ]);
  const score = (job: string, process: string, baseline?: Baseline): number => {
    const engine = new AnomalyEngine({ priors: createPriors(shippedCounts, baseline, userHash) });
    const interim = engine.observe(start({ process, probability: 0.9 }));
    return interim?.jobs.find((one) => one.job === job)?.score ?? Number.NaN;
  };

  it("makes the organisation's own tools ordinary on a new host", () => {
    expect(score(rareByHost, 'inventory.exe')).toBeGreaterThanOrEqual(75);
    expect(score(rareByHost, 'inventory.exe', learn(week))).toBeLessThan(50);
    expect(score(rareByHost, 'mimikatz.exe', learn(week))).toBeGreaterThanOrEqual(75);
  });

  it('knows a user on a host where it never was', () => {
    const baseline = learn(week);
    expect(score(rareByUser, 'word.exe', baseline)).toBeGreaterThan(
      score(rareByUser, 'inventory.exe', baseline),
    );
  });

  it('comes from an agent as from its recordings', () => {
    const engine = new AnomalyEngine();
    for (const item of week) engine.observe(item);
    engine.flush();
    const exported = engine.exportBaseline(userHash);
    const learnt = learn(week);
    expect(Object.keys(exported.processes)).toEqual(Object.keys(learnt.processes));
    expect(Object.keys(exported.users)).toEqual(Object.keys(learnt.users));
    // The agent forgets slowly.
    expect(exported.sightings).toBeGreaterThan(0.9 * learnt.sightings);
    expect(exported.sightings).toBeLessThanOrEqual(learnt.sightings);
  });
});
