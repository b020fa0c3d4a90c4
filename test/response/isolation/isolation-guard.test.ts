import { describe, expect, it } from 'vitest';
import {
  findIsolationRefusals,
  type IsolationSituation,
} from '../../../src/response/isolation/isolation-guard.ts';

const fine: IsolationSituation = {
  byPerson: false,
  isKilled: false,
  isStoodDown: false,
  isThisHost: true,
  isIsolated: false,
  nowMs: 1_000_000,
  lastMs: undefined,
  minIntervalMs: 1_000,
  waysBack: 1,
  noWayBack: false,
};

describe('the guard of the isolation', () => {
  it.each<[string, Partial<IsolationSituation>, string[], string[]]>([
    ['nothing against it', {}, [], []],
    ['kill switch', { isKilled: true }, ['KILL_SWITCH'], ['KILL_SWITCH']],
    ['kill switch not to be seen', { isKilled: undefined }, ['KILL_SWITCH'], ['KILL_SWITCH']],
    ['stood down', { isStoodDown: true }, ['STOOD_DOWN'], []],
    ['another host', { isThisHost: false }, ['HOST'], []],
    ['nobody knows which host', { isThisHost: undefined }, ['HOST'], []],
    ['isolated already', { isIsolated: true }, ['ISOLATED'], []],
    ['just isolated', { lastMs: 999_001 }, ['ISOLATION_BUDGET'], []],
    ['isolated long ago', { lastMs: 999_000 }, [], []],
    ['isolated in the future', { lastMs: 2_000_000 }, ['ISOLATION_BUDGET'], []],
    ['no way back', { waysBack: 0 }, ['NO_WAY_BACK'], ['NO_WAY_BACK']],
    ['no way back, and none is needed', { waysBack: 0, noWayBack: true }, ['NO_WAY_BACK'], []],
    [
      'all of it',
      {
        isKilled: true,
        isStoodDown: true,
        isThisHost: false,
        isIsolated: true,
        lastMs: 999_999,
        waysBack: 0,
      },
      ['KILL_SWITCH', 'STOOD_DOWN', 'HOST', 'ISOLATED', 'ISOLATION_BUDGET', 'NO_WAY_BACK'],
      ['KILL_SWITCH', 'NO_WAY_BACK'],
    ],
  ])('%s', (_, change, forAgent, forPerson) => {
    const code = (name: string): string => `PC_REFUSED_${name}`;
    const situation = { ...fine, ...change };
    expect(findIsolationRefusals(situation)).toEqual(forAgent.map(code));
    expect(findIsolationRefusals({ ...situation, byPerson: true })).toEqual(forPerson.map(code));
  });
});
