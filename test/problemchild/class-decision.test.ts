import { describe, expect, it } from 'vitest';
import { type DecisionRule, decideClass } from '../../src/problemchild/index.ts';

const byThreshold = (decisionThreshold: number): DecisionRule => ({ maliciousClass: 1, decisionThreshold });
const byWeights = (maliciousClass: 0 | 1, first: number, second: number): DecisionRule => ({
  maliciousClass,
  decisionThreshold: 0.5,
  classificationWeights: [first, second],
});

describe('decideClass', () => {
  it.each<[string, number, DecisionRule, 0 | 1]>([
    ['at the threshold', 0.7, byThreshold(0.7), 1],
    ['below the threshold', 0.6999, byThreshold(0.7), 0],
    ['at 0 with threshold 0', 0, byThreshold(0), 1],
    ['above even weights', 0.51, byWeights(1, 1, 1), 1],
    ['a tie goes to the lower index, benign', 0.5, byWeights(1, 1, 1), 0],
    ['a tie goes to the lower index, malicious', 0.5, byWeights(0, 1, 1), 1],
    ['malicious wins below 0.5 by its weight', 0.3, byWeights(1, 0.5, 2), 1],
    ['benign wins above 0.5 by its weight', 0.7, byWeights(1, 2, 0.5), 0],
    ['weights follow the classes, not the meaning', 0.3, byWeights(0, 2, 0.5), 1],
  ])('%s', (_, probability, rule, expected) => {
    expect(decideClass(probability, rule).prediction).toBe(expected);
  });

  it('gives the unweighted probability of the predicted class', () => {
    expect(decideClass(0.3, byWeights(1, 0.5, 2))).toEqual({
      prediction: 1,
      predictionProbability: 0.3,
      maliciousProbability: 0.3,
    });
    expect(decideClass(0.25, byThreshold(0.5))).toEqual({
      prediction: 0,
      predictionProbability: 0.75,
      maliciousProbability: 0.25,
    });
  });
});
