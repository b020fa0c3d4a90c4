import { describe, expect, it } from 'vitest';
import { readAlertDocument } from '../../src/alert/index.ts';

const alert = {
  '@timestamp': '2026-05-01T12:00:00.000Z',
  event: { id: 'alert-1', dataset: 'problemchild.alert' },
  rule: { id: 'ml-high' },
  problemchild: { event_ids: ['event-1', 'event-2'] },
  host: { name: 'pc' },
  process: { name: 'a.exe', pid: 4_012, entity_id: 'p1' },
};

describe('readAlertDocument', () => {
  it('tells the alert, its rule and the start that it is about', () => {
    const { id, rule, subject } = readAlertDocument(JSON.stringify(alert));
    expect([id, rule.id, subject.event.id, subject.event.process.name]).toEqual([
      'alert-1',
      'ml-high',
      'event-1',
      'a.exe',
    ]);
  });

  it.each<[string, object]>([
    ['no alert', { event: { id: 'x' } }],
    ['an alert without a rule', { rule: [] }],
    ['an alert of nothing', { problemchild: undefined }],
    ['an alert without events', { problemchild: {} }],
    ['an alert whose events are no list', { problemchild: { event_ids: { 0: 'x' } } }],
    ['an alert of no event', { problemchild: { event_ids: [] } }],
    ['an alert of an event that is no text', { problemchild: { event_ids: [{}] } }],
    ['an alert about no process', { process: 'a.exe' }],
    ['an alert at no time', { '@timestamp': 'today' }],
  ])('refuses %s', (_, change) => {
    const text = JSON.stringify({ ...alert, ...change });
    expect(() => readAlertDocument(text)).toThrow(expect.objectContaining({ code: 'PC_USAGE' }));
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['nesting without end', JSON.stringify(alert).replace('{', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)},`)],
  ])('refuses %s', (_, text) => {
    expect(() => readAlertDocument(text)).toThrow(expect.objectContaining({ code: 'PC_USAGE' }));
  });
});
