import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/agent/control/metrics.ts';
import { formatMetrics, type Metric } from '../../../src/agent/control/metrics-text.ts';
import { makeStatus } from '../../support/agent-status.ts';
import { readExposition } from '../../support/exposition-reader.ts';

describe('the text format', () => {
  it('reads back as it was, whatever the labels hold', () => {
    const value = fc.oneof(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), fc.nat());
    const labels = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 4 });
    fc.assert(
      fc.property(labels, value, fc.string(), (names, number, help) => {
        const metric: Metric = {
          name: 'things_total',
          type: 'counter',
          help,
          samples: names.map((name) => ({ labels: { rule: name }, value: number })),
        };
        expect(readExposition(formatMetrics([metric]))).toEqual(
          names.map((name) => ({
            name: 'problemchild_things_total',
            type: 'counter',
            labels: { rule: name.toWellFormed() },
            value: number,
          })),
        );
      }),
    );
  });

  it('gives labels that are the same once cut one sample', () => {
    const labels = ['1', '2'].map((end) => ({ labels: { rule: `${'y'.repeat(200)}${end}` }, value: 3 }));
    const [sample, ...others] = readExposition(
      formatMetrics([{ name: 'x_total', type: 'counter', help: 'x', samples: labels }]),
    );
    expect([sample?.value, others]).toEqual([6, []]);
  });

  it('has bounded labels', () => {
    const metric: Metric = {
      name: 'x',
      type: 'gauge',
      help: 'x',
      samples: [{ labels: { a: 'y'.repeat(5_000) }, value: 1 }],
    };
    expect(formatMetrics([metric]).length).toBeLessThan(300);
  });
});

describe('the metrics of a status', () => {
  const samples = readExposition(formatMetrics(metricsOf(makeStatus())));
  const sum = (name: string, where: Record<string, string> = {}) =>
    samples
      .filter((each) => each.name === `problemchild_${name}`)
      .filter(({ labels }) => Object.entries(where).every(([key, value]) => labels[key] === value))
      .reduce((total, { value }) => total + value, 0);

  it('are sound and add up', () => {
    const { counters, alerts } = makeStatus();
    expect(sum('records_total')).toBe(counters.records);
    expect(sum('alerts_total')).toBe(alerts.raised);
    expect(sum('rule_alerts_total')).toBe(alerts.shown);
    expect(sum('rejected_records_total')).toBe(sum('records_total', { outcome: 'rejected' }));
    expect(sum('destination_documents_total', { destination: 'siem "one"' })).toBe(90);
    expect(sum('capture_events_total', { capture: 'etw', outcome: 'dropped' })).toBe(4);
    expect(sum('response_mode')).toBe(1);
    expect(sum('response_mode', { mode: 'suspend' })).toBe(1);
    expect([sum('stage_fine', { stage: 'capture' }), sum('stage_fine')]).toEqual([1, 1]);
  });

  it('leave out what there is none of', () => {
    const bare = { ...makeStatus(), response: undefined, destinations: [], stages: [] };
    const names = readExposition(formatMetrics(metricsOf(bare))).map(({ name }) => name);
    expect(names).not.toContain('problemchild_suspended_processes');
    expect(names).not.toContain('problemchild_destination_failures');
    expect(names).toContain('problemchild_outbox_documents');
  });
});
