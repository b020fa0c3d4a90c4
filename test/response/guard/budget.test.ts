import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, type Spent } from '../../../src/response/guard/index.ts';

const limits = { perMinute: 5, perHour: 20, perUser: 3, perImage: 3 };
const hourMs = 3_600_000;

type SpentAction = Extract<Spent, { readonly user: string }>;

const one = (atMs: number, user: string, image: string): SpentAction => ({ atMs, user, image, processes: 1 });

describe('the budget', () => {
  it('names the limit that the next action would break', () => {
    const budget = new Budget();
    const spend = (atMs: number, user: string, image: string) => {
      const refusal = budget.refuse(limits, one(atMs, user, image));
      if (refusal === undefined) budget.spend(one(atMs, user, image));
      return refusal;
    };
    for (const user of ['a', 'b', 'c', 'd', 'e']) expect(spend(0, user, `${user}.exe`)).toBeUndefined();
    expect(spend(59_999, 'f', 'f.exe')).toBe('PC_REFUSED_BUDGET_MINUTE');
    expect(spend(60_000, 'a', 'g.exe')).toBeUndefined();
    expect(spend(60_001, 'a', 'h.exe')).toBeUndefined();
    expect(spend(60_002, 'a', 'i.exe')).toBe('PC_REFUSED_BUDGET_USER');
    expect(spend(120_000, 'j', 'b.exe')).toBeUndefined();
    expect(spend(120_001, 'k', 'b.exe')).toBeUndefined();
    expect(spend(120_002, 'l', 'b.exe')).toBe('PC_REFUSED_BUDGET_IMAGE');
    for (let index = 0; index < 11; index++) {
      expect(spend(200_000 + index * 60_000, `user ${index}`, `image ${index}`)).toBeUndefined();
    }
    expect(spend(1_500_000, 'm', 'm.exe')).toBe('PC_REFUSED_BUDGET_HOUR');
    expect(spend(hourMs, 'm', 'm.exe')).toBeUndefined();
  });

  it('goes on from what was spent before a restart', () => {
    const spent = Array.from({ length: 3 }, (_, atMs) => one(atMs, 'a', `${atMs}`));
    expect(new Budget(spent).refuse(limits, one(10, 'a', 'x'))).toBe('PC_REFUSED_BUDGET_USER');
  });

  it('counts every process of a tree in a minute and an hour, and one action on user and image', () => {
    const budget = new Budget();
    budget.spend({ ...one(0, 'a', 'x'), processes: 3 });
    expect(budget.left(limits, 0)).toBe(2);
    expect(budget.refuse(limits, { ...one(0, 'b', 'y'), processes: 3 })).toBe('PC_REFUSED_BUDGET_MINUTE');
    expect(budget.refuse(limits, { ...one(0, 'a', 'x'), processes: 2 })).toBeUndefined();
    budget.spendMore(2, 0);
    expect(budget.left(limits, 0)).toBe(0);
    expect(budget.refuse(limits, one(60_000, 'a', 'x'))).toBeUndefined();
    budget.spendMore(14, 60_000);
    expect(budget.left(limits, 120_000)).toBe(1);
    expect(budget.refuse(limits, { ...one(120_000, 'a', 'x'), processes: 2 })).toBe('PC_REFUSED_BUDGET_HOUR');
  });

  it('never lets more through in any stretch than its limits say, wherever the clock jumps', () => {
    const action = fc.record({
      stepMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -90_000, max: 0 })),
      user: fc.constantFrom('a', 'b', 'c', 'd'),
      image: fc.constantFrom('x', 'y', 'z', 'w', 'v'),
      processes: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const budget = new Budget();
        const passed: SpentAction[] = [];
        let atMs = 0;
        for (const { stepMs, user, image, processes } of actions) {
          atMs += stepMs;
          const asked = { atMs, user, image, processes };
          if (budget.refuse(limits, asked) !== undefined) continue;
          budget.spend(asked);
          passed.push(asked);
          const within = (spanMs: number) => passed.filter((each) => each.atMs > atMs - spanMs);
          const ended = (spanMs: number) => within(spanMs).reduce((sum, each) => sum + each.processes, 0);
          expect(ended(60_000)).toBeLessThanOrEqual(limits.perMinute);
          expect(ended(hourMs)).toBeLessThanOrEqual(limits.perHour);
          expect(within(hourMs).filter((each) => each.user === user).length).toBeLessThanOrEqual(3);
          expect(within(hourMs).filter((each) => each.image === image).length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
