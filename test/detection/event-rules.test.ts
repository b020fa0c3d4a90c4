import { describe, expect, it } from 'vitest';
import type { ScoredStart } from '../../src/anomaly/index.ts';
import { type EventRule, EventRules, loadRules } from '../../src/detection/index.ts';
import type { Prediction } from '../../src/problemchild/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const rules = loadRules().filter((rule): rule is EventRule => rule.kind === 'event');

function score(maliciousProbability: number, changes: Partial<Prediction> = {}): Prediction {
  const prediction = maliciousProbability >= 0.5 ? 1 : 0;
  return {
    prediction,
    predictionProbability: prediction === 1 ? maliciousProbability : 1 - maliciousProbability,
    maliciousProbability,
    blocklistLabel: undefined,
    ...changes,
  };
}

function subject(prediction: Prediction, changes: Parameters<typeof makeProcessEvent>[0] = {}): ScoredStart {
  const event = makeProcessEvent({
    ...changes,
    process: { parent: { name: 'winword.exe', executable: 'C:\\Office\\winword.exe' }, ...changes?.process },
  });
  return { event, ancestors: [], prediction };
}

function bands(engine: EventRules, scored: ScoredStart): string[] {
  return engine.evaluate(scored).map(({ rule }) => rule.band);
}

describe('event rules', () => {
  const engine = new EventRules(rules, { highProbability: 0.98, exclusions: false });

  it.each([
    [score(0.99), ['high']],
    [score(0.98), ['low']],
    [score(0.5), ['low']],
    [score(0.49), []],
    [score(0.4, { prediction: 1 }), ['low']],
    [score(0.2, { blocklistLabel: 1 }), ['high', 'low']],
  ] as const)('%j fires %j', (prediction, expected) => {
    expect(bands(engine, subject(prediction)).sort()).toEqual(expected);
  });

  it('does not fire a rule that is switched off', () => {
    const off = rules.map((rule) => ({ ...rule, enabled: false }));
    expect(
      bands(new EventRules(off, { highProbability: 0.98, exclusions: false }), subject(score(0.99))),
    ).toEqual([]);
  });
});

describe('exclusions', () => {
  const high = score(0.999);
  const low = score(0.7);
  it.each([
    ['a parent without executable', high, { process: { parent: { executable: undefined } } }],
    ['SYSTEM', high, { user: { id: 'S-1-5-18' } }],
    ['LOCAL SERVICE', low, { user: { id: 'S-1-5-19' } }],
    [
      'cmd.exe as parent, any case',
      high,
      { process: { parent: { name: 'CMD.EXE', executable: 'C:\\x\\CMD.EXE' } } },
    ],
    [
      'explorer.exe as parent, high band',
      high,
      { process: { parent: { name: 'explorer.exe', executable: 'C:\\Windows\\explorer.exe' } } },
    ],
    ['an installed program', high, { process: { executable: 'C:\\Program Files (x86)\\Vendor\\a.exe' } }],
    ['a Nessus result', low, { process: { commandLine: 'cmd /c x > C:\\WINDOWS\\temp\\nessus_AB12.txt' } }],
    [
      'gpupdate under svchost',
      low,
      {
        process: {
          name: 'gpupdate.exe',
          parent: { name: 'svchost.exe', executable: 'C:\\Windows\\System32\\svchost.exe' },
        },
      },
    ],
  ] as const)('drop %s', (_, prediction, changes) => {
    const scored = subject(prediction, changes);
    const withExclusions = new EventRules(rules, { highProbability: 0.98, exclusions: true });
    expect(bands(withExclusions, scored)).toEqual([]);
    expect([...withExclusions.excluded.values()]).toEqual([1]);
    expect(bands(new EventRules(rules, { highProbability: 0.98, exclusions: false }), scored)).toHaveLength(
      1,
    );
  });

  it('keep explorer.exe as parent in the low band', () => {
    const scored = subject(low, {
      process: { parent: { name: 'explorer.exe', executable: 'C:\\Windows\\explorer.exe' } },
    });
    expect(bands(new EventRules(rules, { highProbability: 0.98, exclusions: true }), scored)).toEqual([
      'low',
    ]);
  });

  it('name net1.exe from net.exe in that very case', () => {
    const engine = new EventRules(rules, { highProbability: 0.98, exclusions: true });
    const from = (name: string) =>
      subject(low, {
        process: { name, parent: { name: 'net.exe', executable: 'C:\\Windows\\System32\\net.exe' } },
      });
    expect(bands(engine, from('net1.exe'))).toEqual([]);
    expect(bands(engine, from('NET1.EXE'))).toEqual(['low']);
  });
});
