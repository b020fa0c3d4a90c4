import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, parseRetryAfter } from '../../src/forward/backoff.ts';

const options = { minMs: 1_000, maxMs: 60_000 };

describe('backoffMs', () => {
  it('stays between half the least and the most, and grows with failures', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, r) => {
          const ms = backoffMs(n, options, undefined, () => r);
          expect(ms).toBeGreaterThanOrEqual(500);
          expect(ms).toBeLessThanOrEqual(60_000);
        },
      ),
    );
    expect([1, 2, 3, 10].map((n) => backoffMs(n, options, undefined, () => 0.75))).toEqual([
      750, 1_500, 3_000, 45_000,
    ]);
  });

  it('never tries before Retry-After, nor is silenced by it for more than an hour and a backoff', () => {
    expect(backoffMs(1, options, 7_000, () => 0)).toBe(7_000);
    expect(backoffMs(1, options, 7_000, () => 0.5)).toBe(7_500);
    expect(backoffMs(1, options, 9e12, () => 0)).toBe(3_600_000);
  });
});

describe('parseRetryAfter', () => {
  const nowMs = Date.parse('Wed, 18 Nov 2026 09:41:22 GMT');
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Wed, 18 Nov 2026 09:42:22 GMT', 60_000],
    ['Wed, 18 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    [undefined, undefined],
  ])('%s is %s', (value, expected) => {
    if (value === '-5') expect(parseRetryAfter(value, nowMs) ?? 0).toBe(0);
    else expect(parseRetryAfter(value, nowMs)).toBe(expected);
  });
});
