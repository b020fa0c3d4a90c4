import { describe, expect, it } from 'vitest';
import {
  findRefusals,
  type GuardFacts,
  type GuardSituation,
  isActablePid,
  type RefusalCode,
  refusalTable,
} from '../../../src/response/guard/index.ts';

const harmless: GuardFacts = {
  pid: 4240,
  isThisHost: true,
  identity: 'match',
  isExiting: false,
  isOwn: false,
  isCritical: false,
  protection: 0,
  isSession: false,
  isProtectedImage: false,
  account: 'ordinary',
  isExcepted: false,
  isDebugged: false,
  ageMs: 12,
  hasCommandLine: true,
  hasParent: true,
  isConfirmed: true,
};

const armed: GuardSituation = {
  isKilled: false,
  isStoodDown: false,
  scope: 'inside',
  budget: undefined,
  byPerson: false,
  serviceAccounts: false,
  maxAgeMs: 30_000,
};

interface Row {
  readonly facts?: Partial<GuardFacts>;
  readonly situation?: Partial<GuardSituation>;
  readonly refused: readonly RefusalCode[];
}

const rows: readonly Row[] = [
  { refused: [] },
  { situation: { isKilled: true }, refused: ['PC_REFUSED_KILL_SWITCH'] },
  { situation: { isKilled: undefined }, refused: ['PC_REFUSED_KILL_SWITCH'] },
  { situation: { isStoodDown: true }, refused: ['PC_REFUSED_STOOD_DOWN'] },
  { situation: { scope: 'unknown' }, refused: ['PC_REFUSED_SCOPE'] },
  { facts: { isThisHost: false }, refused: ['PC_REFUSED_HOST'] },
  { facts: { isThisHost: undefined }, refused: ['PC_REFUSED_HOST'] },
  ...[undefined, 0, 1, 2, 3, 4, 5, 13_102, 4_241, -4, 2 ** 32, 8.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (pid): Row => ({ facts: { pid }, refused: ['PC_REFUSED_PID'] }),
  ),
  ...[8, 4_240, 13_100, 0xffff_fffc].map((pid): Row => ({ facts: { pid }, refused: [] })),
  { facts: { identity: 'mismatch' }, refused: ['PC_REFUSED_IDENTITY'] },
  { facts: { identity: undefined }, refused: ['PC_REFUSED_IDENTITY_UNKNOWN'] },
  { facts: { isExiting: true }, refused: ['PC_REFUSED_EXITING'] },
  { facts: { isExiting: undefined }, refused: ['PC_REFUSED_EXITING'] },
  { facts: { isOwn: true }, refused: ['PC_REFUSED_AGENT'] },
  { facts: { isOwn: undefined }, refused: ['PC_REFUSED_AGENT'] },
  { facts: { isCritical: true }, refused: ['PC_REFUSED_CRITICAL'] },
  { facts: { isCritical: undefined }, refused: ['PC_REFUSED_CRITICAL'] },
  ...[undefined, 1, 0x31, 0x41, 0x72].map(
    (protection): Row => ({ facts: { protection }, refused: ['PC_REFUSED_PROTECTED'] }),
  ),
  { facts: { isSession: true }, refused: ['PC_REFUSED_SESSION'] },
  { facts: { isSession: undefined }, refused: ['PC_REFUSED_SESSION'] },
  { facts: { isProtectedImage: true }, refused: ['PC_REFUSED_PROTECTED_IMAGE'] },
  { facts: { isProtectedImage: undefined }, refused: ['PC_REFUSED_PROTECTED_IMAGE'] },
  { facts: { account: 'service' }, refused: ['PC_REFUSED_SERVICE_ACCOUNT'] },
  { facts: { account: 'service' }, situation: { serviceAccounts: true }, refused: [] },
  { facts: { account: undefined }, refused: ['PC_REFUSED_SERVICE_ACCOUNT'] },
  {
    facts: { account: undefined },
    situation: { serviceAccounts: true },
    refused: ['PC_REFUSED_SERVICE_ACCOUNT'],
  },
  { facts: { isExcepted: true }, refused: ['PC_REFUSED_EXCEPTION'] },
  { facts: { isDebugged: true }, refused: ['PC_REFUSED_DEBUGGED'] },
  { facts: { isDebugged: undefined }, refused: ['PC_REFUSED_DEBUGGED'] },
  ...[undefined, 30_001, -2_001, Number.NaN, Number.POSITIVE_INFINITY].map(
    (ageMs): Row => ({ facts: { ageMs }, refused: ['PC_REFUSED_AGE'] }),
  ),
  ...[-2_000, 0, 30_000].map((ageMs): Row => ({ facts: { ageMs }, refused: [] })),
  { facts: { hasCommandLine: false }, refused: ['PC_REFUSED_EVIDENCE'] },
  { facts: { hasParent: false }, refused: ['PC_REFUSED_EVIDENCE'] },
  { facts: { isConfirmed: false }, refused: ['PC_REFUSED_EVIDENCE'] },
  {
    facts: { ageMs: undefined, hasParent: false, isConfirmed: false },
    situation: { byPerson: true },
    refused: [],
  },
  { situation: { budget: 'PC_REFUSED_BUDGET_HOUR' }, refused: ['PC_REFUSED_BUDGET_HOUR'] },
  {
    facts: { identity: 'mismatch', isCritical: true, isExcepted: true },
    situation: { isKilled: true },
    refused: ['PC_REFUSED_KILL_SWITCH', 'PC_REFUSED_IDENTITY', 'PC_REFUSED_CRITICAL', 'PC_REFUSED_EXCEPTION'],
  },
];

describe('the guard', () => {
  it.each(rows)('$facts $situation → $refused', ({ facts, situation, refused }) => {
    expect(findRefusals({ ...harmless, ...facts }, { ...armed, ...situation })).toEqual(refused);
  });

  it('reports in the order of the table', () => {
    const all = findRefusals(
      {
        pid: undefined,
        isThisHost: undefined,
        identity: undefined,
        isExiting: undefined,
        isOwn: undefined,
        isCritical: undefined,
        protection: undefined,
        isSession: undefined,
        isProtectedImage: undefined,
        account: undefined,
        isExcepted: true,
        isDebugged: undefined,
        ageMs: undefined,
        hasCommandLine: false,
        hasParent: false,
        isConfirmed: false,
      },
      {
        ...armed,
        isKilled: undefined,
        isStoodDown: true,
        scope: 'unknown',
        budget: 'PC_REFUSED_BUDGET_USER',
      },
    );
    const order = Object.keys(refusalTable);
    expect(all).toEqual([...all].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(all).toHaveLength(18);
  });

  it('takes pids that Windows would round for nobody', () => {
    const actable = Array.from({ length: 70_000 }, (_, pid) => pid).filter(isActablePid);
    expect(actable.every((pid) => pid >= 8 && pid % 4 === 0)).toBe(true);
    expect(actable).toHaveLength(70_000 / 4 - 2);
  });
});

/**
 * Every fact at every kind of value it can have, the first being the only one that allows. All combinations are
 * gone through: the guard allows exactly one of them.
 */
const lattice: { readonly [K in keyof GuardFacts]: readonly [GuardFacts[K], ...GuardFacts[K][]] } = {
  pid: [4240, 4241],
  isThisHost: [true, undefined],
  identity: ['match', 'mismatch', undefined],
  isExiting: [false, true],
  isOwn: [false, true, undefined],
  isCritical: [false, true, undefined],
  protection: [0, 0x41, undefined],
  isSession: [false, true],
  isProtectedImage: [false, true, undefined],
  account: ['ordinary', 'service', undefined],
  isExcepted: [false, true],
  isDebugged: [false, true, undefined],
  ageMs: [0, 30_001],
  hasCommandLine: [true, false],
  hasParent: [true, false],
  isConfirmed: [true, false],
};
const situations: readonly GuardSituation[] = [
  armed,
  { ...armed, isKilled: true },
  { ...armed, isKilled: undefined },
  { ...armed, isStoodDown: true },
  { ...armed, scope: 'unknown' },
  { ...armed, budget: 'PC_REFUSED_BUDGET_MINUTE' },
];

/** Counts the combinations that are allowed, one fact after the other. */
function countAllowed(situation: GuardSituation): { tried: number; allowed: GuardFacts[] } {
  const names = Object.keys(lattice) as (keyof GuardFacts)[];
  const facts = { ...harmless } as Record<string, unknown>;
  const allowed: GuardFacts[] = [];
  let tried = 0;
  const visit = (depth: number): void => {
    const name = names[depth];
    if (name === undefined) {
      tried++;
      if (findRefusals(facts as unknown as GuardFacts, situation).length === 0) {
        allowed.push({ ...facts } as unknown as GuardFacts);
      }
      return;
    }
    for (const value of lattice[name]) {
      facts[name] = value;
      visit(depth + 1);
    }
  };
  visit(0);
  return { tried, allowed };
}

describe('all combinations of facts', () => {
  it.each(situations.map((situation) => ({ situation })))('$situation', ({ situation }) => {
    const { tried, allowed } = countAllowed(situation);
    expect(tried).toBe(3 ** 7 * 2 ** 9);
    expect(allowed).toEqual(situation === armed ? [{ ...harmless, ageMs: 0 }] : []);
  });
});
