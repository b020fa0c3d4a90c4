import { describe, expect, it } from 'vitest';
import { judgeStages, type StageFacts } from '../../src/agent/stages.ts';

const limitMs = 60_000;
const nowMs = 1_000_000;
const idle: StageFacts = {
  workingSinceMs: undefined,
  lastBatchMs: nowMs,
  waitingRecords: 0,
  load: 'full',
  failingDestinations: [],
  channelProblems: [],
};

describe('how stages are', () => {
  it.each<[string, Partial<StageFacts>, string]>([
    ['at rest', {}, 'fine fine fine fine'],
    ['quiet for a day', { lastBatchMs: nowMs - 86_400_000 }, 'fine fine fine fine'],
    [
      'records that waited a moment',
      { waitingRecords: 9, lastBatchMs: nowMs - limitMs },
      'fine fine fine fine',
    ],
    [
      'records that nobody fetches',
      { waitingRecords: 9, lastBatchMs: nowMs - limitMs - 1 },
      'stalled fine fine fine',
    ],
    [
      'records behind a batch that takes long',
      { waitingRecords: 9, lastBatchMs: nowMs - 2 * limitMs, workingSinceMs: nowMs - limitMs },
      'fine fine fine fine',
    ],
    ['a batch that does not end', { workingSinceMs: nowMs - limitMs - 1 }, 'fine stalled fine fine'],
    ['explanations shed', { load: 'unexplained' }, 'fine behind fine fine'],
    ['a SIEM that does not answer', { failingDestinations: ['elastic'] }, 'fine fine failing fine'],
    ['a channel that is not open', { channelProblems: ['its name is taken'] }, 'fine fine fine failing'],
  ])('%s', (_, facts, expected) => {
    const states = judgeStages({ ...idle, ...facts }, nowMs, limitMs);
    expect(states.map(({ state }) => state).join(' ')).toBe(expected);
    for (const { state, reason } of states) expect(reason === undefined).toBe(state === 'fine');
  });
});
