import { describe, expect, test } from 'vitest';
import { logTextUnits } from '../../src/windows/abi.ts';
import { fitText } from '../../src/windows/event-log.ts';

describe('a text for the event log', () => {
  test('goes in as it is when it fits', () => {
    const longest = 'x'.repeat(logTextUnits);
    expect(fitText(longest)).toBe(longest);
  });

  test('is cut and says so when it does not', () => {
    const cut = fitText('x'.repeat(logTextUnits + 1));
    expect(cut).toHaveLength(logTextUnits);
    expect(cut.endsWith(' … (cut)')).toBe(true);
  });

  test.each([
    ['fe80::1%12', 'fe80::1% 12'],
    ['%1 %1!s! %%5 %%%1', '% 1 % 1!s! % % 5 %% % 1'],
    ['%PATH% 100% 5 % 5 a%20b', '%PATH% 100% 5 % 5 a% 20b'],
  ])('has nothing that a viewer would put another text for: %j', (text, shown) => {
    expect(fitText(text)).toBe(shown);
  });

  test('shows a NUL instead of ending there', () => {
    expect(fitText('a\0b')).toBe('a\u2400b');
  });
});
