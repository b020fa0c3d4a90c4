import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RetriedOpening } from '../../../src/agent/control/retried-opening.ts';
import { AgentError } from '../../../src/errors/index.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const minuteMs = 60_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A part whose name somebody else has. */
function squatted() {
  const part = {
    what: 'the pipe',
    isTaken: true,
    calls: [] as string[],
    async start() {
      part.calls.push('start');
      if (part.isTaken) throw new AgentError('PC_CONTROL_OPEN', 'the name is taken');
    },
    async stop() {
      part.calls.push('stop');
    },
  };
  const log = createMemoryLog();
  return { part, log, opening: new RetriedOpening(part, log) };
}

describe('a part of the channel that cannot be opened', () => {
  it('is tried again every minute, said once, and open when nothing is in the way', async () => {
    const { part, log, opening } = squatted();
    await opening.start();
    expect(opening.problem).toBe('the pipe is not open: the name is taken');
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    expect(part.calls).toHaveLength(3);
    part.isTaken = false;
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(opening.problem).toBeUndefined();
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    expect(part.calls).toHaveLength(4);
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'error The control channel is not open',
      'info Control channel open',
    ]);
    await opening.stop();
    expect(part.calls.at(-1)).toBe('stop');
  });

  it('is not tried any more once it was stopped', async () => {
    const { part, opening } = squatted();
    await opening.start();
    await opening.stop();
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    expect(part.calls).toEqual(['start', 'stop']);
  });
});
