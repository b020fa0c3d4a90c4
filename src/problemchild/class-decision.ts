import type { Bundle } from './bundle.ts';
import type { Prediction } from './prediction.ts';

export type ClassDecision = Omit<Prediction, 'blocklistLabel'>;

export type DecisionRule = Pick<Bundle, 'maliciousClass' | 'decisionThreshold' | 'classificationWeights'>;

/**
 * What P(malicious) comes to. With classification weights the class with the greater weighted probability
 * wins, the one of lower index on a tie, as in Elasticsearch; the probability stays unweighted, so that
 * malicious can win below 0.5.
 */
export function decideClass(maliciousProbability: number, rule: DecisionRule): ClassDecision {
  const prediction = isMalicious(maliciousProbability, rule) ? 1 : 0;
  return {
    prediction,
    predictionProbability: prediction === 1 ? maliciousProbability : 1 - maliciousProbability,
    maliciousProbability,
  };
}

function isMalicious(probability: number, rule: DecisionRule): boolean {
  const { maliciousClass, classificationWeights } = rule;
  if (classificationWeights === undefined) return probability >= rule.decisionThreshold;
  const malicious = probability * classificationWeights[maliciousClass];
  const benign = (1 - probability) * classificationWeights[maliciousClass === 0 ? 1 : 0];
  return malicious > benign || (malicious === benign && maliciousClass === 0);
}
