import { type Alert, createAlert } from '../../src/alert/index.ts';
import type { ScoredStart } from '../../src/anomaly/index.ts';
import { type EventRule, loadRules } from '../../src/detection/index.ts';
import type { ProcessEvent } from '../../src/event/index.ts';

const shipped = loadRules().find((rule): rule is EventRule => rule.kind === 'event' && rule.band === 'high');
if (shipped === undefined) throw new Error('the high-probability rule is not shipped');
export const highRule: EventRule = shipped;

/** A scored start of a process that the model finds malicious. */
export function makeScored(event: ProcessEvent, maliciousProbability = 0.99): ScoredStart {
  const prediction = maliciousProbability >= 0.5 ? 1 : 0;
  return {
    event,
    ancestors: [],
    prediction: {
      prediction,
      predictionProbability: prediction === 1 ? maliciousProbability : 1 - maliciousProbability,
      maliciousProbability,
      blocklistLabel: undefined,
    },
  };
}

/** An alert of the high-probability rule about one process start. */
export function makeAlert(event: ProcessEvent, maliciousProbability = 0.99): Alert {
  return createAlert({ kind: 'event', rule: highRule, subject: makeScored(event, maliciousProbability) }, []);
}
