import { describe, expect, it } from 'vitest';
import {
  AnomalyEngine,
  type AnomalyRecord,
  anomalyJobs,
  type ClosedBucket,
} from '../../src/anomaly/index.ts';
import { type AnomalyRule, loadRules, MlRules } from '../../src/detection/index.ts';
import { bucketMs, monday, start } from '../anomaly/starts.ts';

const shipped = loadRules().filter((rule): rule is AnomalyRule => rule.kind === 'anomaly');
const job = 'problem_child_rare_process_by_user_ea';
const byUser = shipped.find((rule) => rule.job === job)!;

/** A real record, with what a test says differs. */
function makeRecord(changes: Partial<AnomalyRecord> = {}): AnomalyRecord {
  const engine = new AnomalyEngine({ options: { minRecordScore: 0 } });
  engine.observe(start({ probability: 0.9, id: 'e1' }));
  const record = engine
    .flush()
    .flatMap(({ records }) => records)
    .find((one) => one.job === job)!;
  return { ...record, score: 80, ...changes };
}

function close(records: AnomalyRecord[], startMs = monday, host = 'WS-0417'): ClosedBucket {
  return { host, startMs, endMs: startMs + bucketMs, records };
}

describe('the shipped rules', () => {
  it('are one for each anomaly job, of low severity, every 15 minutes over 45', () => {
    expect(shipped.map((rule) => rule.job).sort()).toEqual(anomalyJobs.map(({ id }) => id as string).sort());
    for (const rule of shipped) {
      expect(rule).toMatchObject({
        enabled: true,
        severity: 'low',
        riskScore: 21,
        threshold: 75,
        intervalMs: bucketMs,
        lookBackMs: 3 * bucketMs,
        maxAlerts: 100,
      });
      expect(rule.threat[0]?.tactic.id).toBe('TA0005');
    }
  });
});

describe('MlRules', () => {
  it.each([
    [74.9, 0],
    [75, 1],
    [100, 1],
  ])('a record with the score %d fires %d times', (score, count) => {
    expect(new MlRules(shipped).evaluate(close([makeRecord({ score })]))).toHaveLength(count);
  });

  it('fires no rule that is turned off', () => {
    const rules = new MlRules(shipped.map((rule) => ({ ...rule, enabled: false })));
    expect(rules.evaluate(close([makeRecord()]))).toEqual([]);
  });

  it('reports a record once although three runs look back on it', () => {
    const rules = new MlRules(shipped);
    const first = rules.evaluate(close([makeRecord()]));
    const later = [1, 2, 3].flatMap((n) => rules.evaluate(close([], monday + n * bucketMs)));
    expect(first).toMatchObject([{ kind: 'anomaly', rule: byUser, runMs: monday + bucketMs }]);
    expect([...later, ...rules.flush()]).toEqual([]);
  });

  it('reports the strongest up to its most alerts and rolls up the rest', () => {
    const rules = new MlRules([{ ...byUser, maxAlerts: 2 }]);
    const records = [76, 99, 80, 78].map((score, i) => makeRecord({ id: `r${i}`, score }));
    expect(rules.evaluate(close(records))).toMatchObject([
      { kind: 'anomaly', record: { score: 99 } },
      { kind: 'anomaly', record: { score: 80 } },
      { kind: 'anomaly-roll-up', count: 2, strongest: { score: 78 }, recordIds: ['r3', 'r0'] },
    ]);
  });

  it('waits for its run when the interval is longer, on each host by itself, across restarts', () => {
    const hourly = { ...byUser, intervalMs: 4 * bucketMs, lookBackMs: 8 * bucketMs };
    const before = new MlRules([hourly]);
    expect(before.evaluate(close([makeRecord({ id: 'a' })]))).toEqual([]);
    const rules = new MlRules([hourly], before.pending);
    expect(rules.evaluate(close([], monday + 3 * bucketMs, 'OTHER'))).toEqual([]);
    const second = makeRecord({ id: 'b', bucketStartMs: monday + bucketMs });
    expect(rules.evaluate(close([second], monday + bucketMs))).toEqual([]);
    expect(rules.evaluate(close([], monday + 3 * bucketMs))).toMatchObject([
      { record: { id: 'a' }, runMs: monday + 4 * bucketMs },
      { record: { id: 'b' } },
    ]);
    expect(rules.pending).toEqual([]);
  });

  it('runs what waits at the end of a recording', () => {
    const rules = new MlRules([{ ...byUser, intervalMs: 8 * bucketMs, lookBackMs: 16 * bucketMs }]);
    rules.evaluate(close([makeRecord()]));
    expect(rules.flush()).toHaveLength(1);
  });

  it('counts what no look-back reaches', () => {
    const rules = new MlRules([{ ...byUser, intervalMs: 8 * bucketMs, lookBackMs: bucketMs }]);
    rules.evaluate(close([makeRecord()]));
    expect(rules.flush()).toEqual([]);
    expect(rules.outsideLookBack).toBe(1);
  });
});
