import { describe, expect, it } from 'vitest';
import { ExceptionList } from '../../src/alert/index.ts';
import type { AnomalyRecord, ScoredStart } from '../../src/anomaly/index.ts';
import { type AnomalyRule, loadRules } from '../../src/detection/index.ts';
import { makeScored } from '../support/alert.ts';
import { openDesk, startAt } from '../support/incident.ts';

const rule = loadRules().find((each): each is AnomalyRule => each.kind === 'anomaly')!;
const runMs = Date.UTC(2026, 10, 18, 10);
const backup = {
  id: 'backup',
  response: false,
  conditions: [{ field: 'process.name' as const, is: ['backup.exe'] }],
  reason: 'test',
  author: 'test',
};

function makeStart(name: string, pid: number): ScoredStart {
  return makeScored(startAt(0, pid, 4, { process: { name, executable: `C:\\Tools\\${name}` } }), 0.9);
}

function makeRecord(id: string, starts: readonly ScoredStart[], named = starts): AnomalyRecord {
  return {
    id,
    job: rule.job as AnomalyRecord['job'],
    function: 'high_sum',
    entityKind: 'host',
    entity: 'WS-0417',
    host: 'WS-0417',
    process: undefined,
    bucketStartMs: runMs - 900_000,
    bucketSpanMs: 900_000,
    actual: 1,
    typical: 0,
    probability: 0.001,
    initialScore: 90,
    score: 90,
    multiBucketImpact: 0,
    firstSeen: false,
    influencers: [],
    eventCount: starts.length,
    eventIds: named.map(({ event }) => event.id),
    subject: starts[0]!,
  };
}

function openWithException(starts: readonly ScoredStart[]) {
  const { desk } = openDesk({ exceptions: () => new ExceptionList([backup]) });
  for (const start of starts) desk.takeStart(start, undefined, []);
  return desk;
}

describe('an alert about a cluster whose starts are excepted', () => {
  const starts = Array.from({ length: 201 }, (_, index) =>
    makeStart(index === 200 ? 'evil.exe' : 'backup.exe', 4_000 + 4 * index),
  );

  it.each([
    ['all of them', starts.slice(0, 3), starts.slice(0, 3), 1],
    ['all but one', [...starts.slice(0, 2), starts[200]!], [...starts.slice(0, 2), starts[200]!], 0],
    ['all that it names, which are not all', starts, starts.slice(0, 200), 0],
  ])('%s', (_, of, named, silenced) => {
    const desk = openWithException(of);
    desk.takeAnomalies([{ kind: 'anomaly', rule, record: makeRecord('one', of, named), runMs }]);
    expect([desk.counters.raised, desk.counters.silenced]).toEqual([1, silenced]);
  });

  it('is told where it stands for other records too', () => {
    const desk = openWithException(starts.slice(0, 1));
    const strongest = makeRecord('one', starts.slice(0, 1));
    desk.takeAnomalies([
      {
        kind: 'anomaly-roll-up',
        rule,
        host: 'WS-0417',
        runMs,
        count: 2,
        strongest,
        recordIds: ['one', 'two'],
      },
    ]);
    expect([desk.counters.raised, desk.counters.silenced]).toEqual([1, 0]);
  });
});
