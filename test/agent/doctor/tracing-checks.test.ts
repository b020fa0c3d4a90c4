import { describe, expect, it } from 'vitest';
import { judgeSessions } from '../../../src/agent/doctor/tracing-checks.ts';
import type { TraceSession } from '../../../src/windows/index.ts';

function session(name: string, changes: Partial<TraceSession> = {}): TraceSession {
  const none = { isKernel: false, isOwn: false, bufferKb: 64, buffers: 4, eventsLost: 0, buffersLost: 0 };
  return { name, ...none, ...changes };
}

const own = [session('pc-1', { isOwn: true, isKernel: true }), session('pc-2', { isOwn: true })];
const many = (count: number, changes?: Partial<TraceSession>) =>
  Array.from({ length: count }, (_, index) => session(`other-${index}`, changes));

describe('tracing sessions of other products', () => {
  it.each([
    ['none', [], 64, 'ok', '0 of others, 64 allowed'],
    ['enough room', many(62), 64, 'ok', '62 of others'],
    ['room for one', many(63), 64, 'warn', '63 of 64 sessions are there, and the agent needs 2 more'],
    ['no room, and none needed', [...own, ...many(62)], 64, 'ok', '62 of others'],
    ['one of its own is missing', [own[0]!, ...many(63)], 64, 'warn', 'needs 1 more'],
    ['no room, where more are allowed', many(64), 256, 'ok', '256 allowed'],
    ['kernel places left', many(7, { isKernel: true }), 64, 'ok', 'kernel events: other-0'],
    ['no kernel place left', many(8, { isKernel: true }), 64, 'warn', 'all 8 places of kernel sessions'],
    [
      'its own is among the kernel sessions',
      [...own, ...many(8, { isKernel: true })],
      64,
      'ok',
      '8 of others',
    ],
    ['one loses events', [session('edr', { eventsLost: 7 })], 64, 'ok', 'edr lost 7 events and 0 buffers'],
  ] as const)('%s', (_, sessions, limit, state, cause) => {
    expect(judgeSessions(sessions, limit)).toEqual({
      state,
      cause: expect.stringContaining(cause) as string,
    });
  });
});
