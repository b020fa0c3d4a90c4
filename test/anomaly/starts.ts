import type { ScoredStart } from '../../src/anomaly/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

export const minuteMs = 60_000;
export const bucketMs = 15 * minuteMs;
export const dayMs = 24 * 60 * minuteMs;
/** Begins a bucket. */
export const monday = Date.UTC(2026, 10, 16);

export interface StartFacts {
  readonly atMs?: number;
  readonly host?: string;
  readonly user?: string | undefined;
  readonly parent?: string | undefined;
  readonly process?: string | undefined;
  /** P(malicious); the model says 1 from 0.5 on. */
  readonly probability?: number;
  readonly id?: string;
}

let counter = 0;

/** One scored process start, ordinary unless the test says otherwise. */
export function start(facts: StartFacts = {}): ScoredStart {
  const { atMs = monday, host = 'WS-0417', probability = 0.02, id = `event-${++counter}` } = facts;
  const user = 'user' in facts ? facts.user : 'anna';
  const parent = 'parent' in facts ? facts.parent : 'explorer.exe';
  const name = 'process' in facts ? facts.process : 'notepad.exe';
  const prediction = probability >= 0.5 ? 1 : 0;
  return {
    event: makeProcessEvent({
      id,
      timeMs: atMs,
      timestamp: new Date(atMs).toISOString(),
      host: { name: host },
      user: { name: user, domain: user === undefined ? undefined : 'MERIDIAN' },
      process: { name, parent: { name: parent } },
    }),
    ancestors: [],
    prediction: {
      prediction,
      predictionProbability: Math.max(probability, 1 - probability),
      maliciousProbability: probability,
      blocklistLabel: undefined,
    },
  };
}
