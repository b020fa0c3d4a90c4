import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEntity, parseEntity } from '../../src/agent/process-desk.ts';

describe('the name of a process for people', () => {
  it('keeps the creation time as the kernel has it, as far as a number can', () => {
    const pid = fc.integer({ min: 2, max: 1 << 20 }).map((each) => each * 4);
    const createdMs = fc
      .integer({ min: 0, max: 4e12 })
      .chain((ms) => fc.integer({ min: 0, max: 9_999 }).map((ticks) => ms + ticks / 10_000));
    fc.assert(
      fc.property(pid, createdMs, (one, ms) => {
        const target = parseEntity(formatEntity(one, ms));
        expect(target).toMatchObject({ pid: one, toleranceMs: 0 });
        expect(Math.abs((target?.createdMs ?? 0) - ms)).toBeLessThan(0.0003);
      }),
    );
  });

  it.each([
    '',
    '4240',
    '4240@',
    '@17',
    '4240@-1',
    '4240@1e9',
    '4240@1.',
    '4240@1 ',
    '-4@17',
    '99999999999@1',
  ])('%j is none', (text) => {
    expect(parseEntity(text)).toBeUndefined();
  });
});
