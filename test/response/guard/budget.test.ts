import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, type SpentAction } from '../../../src/response/guard/index.ts';

const limits = { perMinute: 5, perHour: 20, perUser: 3, perImage: 3 };
const hourMs = 3_600_000;

describe('the budget', () => {
  it('names the limit that the next action would break', () => {
    const budget = new Budget();
    const spend = (atMs: number, user: string, image: string) => {
      const refusal = budget.refuse(limits, { atMs, user, image });
      if (refusal === undefined) budget.spend({ atMs, user, image });
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
    const spent = Array.from({ length: 3 }, (_, atMs) => ({ atMs, user: 'a', image: `${atMs}` }));
    expect(new Budget(spent).refuse(limits, { atMs: 10, user: 'a', image: 'x' })).toBe(
      'PC_REFUSED_BUDGET_USER',
    );
  });

  it('never lets more through in any stretch than its limits say, wherever the clock jumps', () => {
    const action = fc.record({
      stepMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: -90_000, max: 0 })),
      user: fc.constantFrom('a', 'b', 'c', 'd'),
      image: fc.constantFrom('x', 'y', 'z', 'w', 'v'),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const budget = new Budget();
        const passed: SpentAction[] = [];
        let atMs = 0;
        for (const { stepMs, user, image } of actions) {
          atMs += stepMs;
          const asked = { atMs, user, image };
          if (budget.refuse(limits, asked) !== undefined) continue;
          budget.spend(asked);
          passed.push(asked);
          const within = (spanMs: number) => passed.filter((each) => each.atMs > atMs - spanMs);
          expect(within(60_000).length).toBeLessThanOrEqual(limits.perMinute);
          expect(within(hourMs).length).toBeLessThanOrEqual(limits.perHour);
          expect(within(hourMs).filter((each) => each.user === user).length).toBeLessThanOrEqual(3);
          expect(within(hourMs).filter((each) => each.image === image).length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
