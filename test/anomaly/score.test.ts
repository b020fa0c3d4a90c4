import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteScore, percentileScore, rawScore, scoreBand } from '../../src/anomaly/score.ts';

describe('absoluteScore', () => {
  it.each([
    [0.05, 0],
    [1e-2, 29.6],
    [1e-3, 64.8],
    [5.13e-4, 75],
    [1e-4, 100],
    [1e-30, 100],
    [1, 0],
  ])('of %d is %d', (probability, score) => {
    expect(absoluteScore(probability)).toBeCloseTo(score, 1);
  });
});

describe('rawScore', () => {
  it.each([
    [0.04, 0],
    [0.035, (1 / 0.035 - 20) / 9980],
    [1e-4, 1],
    [1e-50, 50],
    [Number.MIN_VALUE, 100],
    [0, 100],
  ])('of %d is %d', (probability, score) => {
    expect(rawScore(probability)).toBeCloseTo(score, 9);
  });
});

describe('percentileScore', () => {
  it.each([
    [0, 0],
    [70, 1],
    [96, 11.5],
    [99, 50],
    [99.5625, 75],
    [99.9, 90],
    [100, 100],
  ])('of %d is %d', (percentile, score) => {
    expect(percentileScore(percentile)).toBeCloseTo(score, 9);
  });
});

it('never falls as things get less probable, and stays within 0..100', () => {
  const probability = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(probability, probability, (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      for (const score of [absoluteScore, rawScore]) {
        expect(score(less)).toBeGreaterThanOrEqual(score(more));
        expect(score(more)).toBeGreaterThanOrEqual(0);
        expect(score(less)).toBeLessThanOrEqual(100);
      }
    }),
  );
});

it.each([
  [24.9, 'warning'],
  [25, 'minor'],
  [50, 'major'],
  [75, 'critical'],
] as const)('puts %d in the band %s', (score, band) => {
  expect(scoreBand(score)).toBe(band);
});
