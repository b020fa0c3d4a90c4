import { expect, it } from 'vitest';
import type { Incident } from '../../../src/alert/index.ts';
import { isolationToEcs } from '../../../src/response/index.ts';
import { rehearseIsolation } from '../../../src/response/isolation/isolation-rehearsal.ts';

const hourMs = 3_600_000;
const settings = {
  enabled: true,
  minSeverity: 'high' as const,
  forMs: 4 * hourMs,
  persistent: false,
  minIntervalMs: 24 * hourMs,
  refreshMs: 300_000,
};

function incident(id: string, endHour: number, host: string, severity: Incident['severity'] = 'critical') {
  return { id, severity, endMs: endHour * hourMs, host: { id: undefined, name: host } } as Incident;
}

const incidents = [
  incident('d', 30, 'WS-1'),
  incident('a', 1, 'WS-1'),
  incident('b', 3, 'WS-1', 'high'),
  incident('c', 6, 'WS-1'),
  incident('e', 6, 'WS-2'),
  incident('f', 7, 'WS-3', 'medium'),
];

it('says in order of time what would have been isolated, by host, and what would have been refused', () => {
  expect(
    rehearseIsolation(incidents, settings).map(({ incidentId, refusals }) => [incidentId, ...refusals]),
  ).toEqual([
    ['a'],
    ['b', 'PC_REFUSED_ISOLATED', 'PC_REFUSED_ISOLATION_BUDGET'],
    ['c', 'PC_REFUSED_ISOLATION_BUDGET'],
    ['e'],
    ['d'],
  ]);
});

it('says nothing where incidents isolate nobody', () => {
  expect(rehearseIsolation(incidents, { ...settings, enabled: false })).toEqual([]);
});

it('is marked as rehearsed', () => {
  const [first] = rehearseIsolation(incidents, settings);
  expect(isolationToEcs(first!)).toMatchObject({
    event: { dataset: 'problemchild.action', action: 'host-isolated', outcome: 'unknown' },
    host: { name: 'WS-1' },
    problemchild: { incident_id: 'a', response: { result: 'rehearsed', rehearsal: true } },
  });
});
