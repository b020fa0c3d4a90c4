import { describe, expect, it } from 'vitest';
import { parseDurationMs, parseWaitMs } from '../../src/cli/duration.ts';
import { runCli } from '../support/cli.ts';

describe('a time on the command line', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['4h', 14_400_000],
    ['30d', 2_592_000_000],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['90', '1.5h', '-1s', '1w', '', '1234567s'])('is not %o', (text) => {
    expect(() => parseDurationMs(text)).toThrow('no time such as');
  });

  it('is waited for no longer than a timer can', () => {
    expect(parseWaitMs('24d')).toBeLessThan(2 ** 31);
    for (const text of ['25d', '999999d', '0s']) expect(() => parseWaitMs(text)).toThrow('from 1s to 24d');
  });

  it.each(['30d', '0s'])('is refused as what top waits: %s', async (every) => {
    const { exitCode, stderr } = await runCli(['top', '--every', every]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('from 1s to 24d')]);
  });
});
