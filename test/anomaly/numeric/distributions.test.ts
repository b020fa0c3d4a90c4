import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaCdf, betaQuantile, studentTail } from '../../../src/anomaly/numeric/beta.ts';
import { erlangTail, logGamma } from '../../../src/anomaly/numeric/gamma.ts';

// Closed forms: Γ(n) = (n-1)!, Beta(1, b) and Beta(a, 1) are powers, Student's t with 1 and 2 degrees of
// freedom are an arctangent and a root.
describe('logGamma', () => {
  it.each([
    [1, 0],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [5, Math.log(24)],
    [11, Math.log(3_628_800)],
  ])('of %d', (x, value) => {
    expect(logGamma(x)).toBeCloseTo(value, 12);
  });
});

describe('the beta distribution', () => {
  it.each([
    [0.3, 1, 4, 1 - 0.7 ** 4],
    [0.3, 4, 1, 0.3 ** 4],
    [0.5, 7, 7, 0.5],
    [0.9, 0.5, 0.5, (2 / Math.PI) * Math.asin(Math.sqrt(0.9))],
    [1e-3, 1, 1999, 1 - 0.999 ** 1999],
  ])('P(X <= %d) of Beta(%d, %d) is %d', (x, a, b, value) => {
    expect(betaCdf(x, a, b)).toBeCloseTo(value, 10);
  });

  it('has quantiles that its distribution function turns back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        (p, a, b) => {
          expect(betaCdf(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6);
        },
      ),
    );
  });
});

it.each([
  [1, 1, 0.25],
  [2, 2, 0.5 - 1 / Math.sqrt(6)],
  [0, 9, 0.5],
  [-1, 1, 0.75],
])("P(T >= %d) of Student's t with %d degrees of freedom is %d", (t, freedom, value) => {
  expect(studentTail(t, freedom)).toBeCloseTo(value, 10);
});

it.each([
  [1, 2, Math.exp(-2)],
  [3, 2, Math.exp(-2) * (1 + 2 + 2)],
  [2, 0, 1],
  [4, -1, 1],
])('the sum of %d exponential variables reaches %d with probability %d', (count, x, value) => {
  expect(erlangTail(count, x)).toBeCloseTo(value, 12);
});
