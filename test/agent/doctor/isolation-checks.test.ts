import { describe, expect, it } from 'vitest';
import { judgeIsolation } from '../../../src/agent/doctor/isolation-checks.ts';
import type { FiltersInForce, StandingIsolation } from '../../../src/response/index.ts';

const nowMs = Date.UTC(2026, 10, 18, 12);
const hourMs = 3_600_000;

function standing(changes: Partial<StandingIsolation> = {}): StandingIsolation {
  return {
    id: 'i-1',
    state: 'isolated',
    changedMs: nowMs - hourMs,
    sinceMs: nowMs - hourMs,
    untilMs: nowMs + hourMs,
    by: 'anna',
    reason: 'drill',
    incidentId: undefined,
    persistent: false,
    bootMs: nowMs - 24 * hourMs,
    planId: '00000000000000aa',
    filters: 12,
    addresses: {},
    ...changes,
  };
}

const inForce: FiltersInForce = { filters: 12, idle: 0, planId: '00000000000000aa' };
const none: FiltersInForce = { filters: 0, idle: 0, planId: undefined };

describe('the packet filters against the journal', () => {
  it.each([
    ['neither', none, undefined, 'ok', 'not isolated'],
    ['both agree', inForce, standing(), 'ok', 'by anna, until'],
    ['filters that nobody stands for', inForce, undefined, 'fail', 'knows of no isolation'],
    ['idle filters that nobody stands for', { ...none, idle: 3 }, undefined, 'warn', '3 filters are left'],
    ['an isolation without filters', none, standing(), 'fail', 'no filter is in force'],
    [
      'filters of another plan',
      { ...inForce, planId: '00000000000000bb' },
      standing(),
      'warn',
      'another plan',
    ],
    ['filters of mixed plans', { ...inForce, planId: undefined }, standing(), 'warn', 'another plan'],
    ['one that is over', inForce, standing({ untilMs: nowMs - hourMs }), 'fail', 'which is over'],
    ['one that has just ended', inForce, standing({ untilMs: nowMs - 1_000 }), 'ok', 'isolated since'],
    ['one under way', none, standing({ state: 'applying', changedMs: nowMs - 5_000 }), 'warn', 'applying'],
    [
      'one that was broken off',
      inForce,
      standing({ state: 'releasing' }),
      'fail',
      'broken off while releasing',
    ],
  ] as const)('%s', (_, filters, journal, state, cause) => {
    expect(judgeIsolation(filters, journal, nowMs)).toMatchObject({
      state,
      cause: expect.stringContaining(cause) as string,
    });
  });
});
