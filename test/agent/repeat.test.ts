import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeat } from '../../src/agent/repeat.ts';
import { createMemoryLog } from '../support/memory-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('what is done again and again', () => {
  it.each<[string, (error: Error) => unknown]>([
    [
      'throws',
      (error) => {
        throw error;
      },
    ],
    ['rejects', (error) => Promise.reject(error)],
  ])('goes on when it %s, and says so once until it succeeds', async (_, fail) => {
    const log = createMemoryLog();
    const outcomes = ['disk', 'disk', 'other', undefined, 'other'];
    let turns = 0;
    const timer = repeat(
      'look',
      1_000,
      () => {
        const message = outcomes[turns++];
        return message === undefined ? undefined : fail(new Error(message));
      },
      log,
    );
    await vi.advanceTimersByTimeAsync(5_000);
    clearInterval(timer);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(turns).toBe(5);
    expect(log.lines.map(({ fields }) => `${fields['what']} ${fields['why']}`)).toEqual([
      'look Error: disk',
      'look Error: other',
      'look Error: other',
    ]);
  });
});
