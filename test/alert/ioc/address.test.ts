import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellAddress } from '../../../src/alert/ioc/address.ts';

describe('spellAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%4', 'fe80::1'],
    ['[fe80::1%25eth0.1]', 'fe80::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['0:0:0:0:0:FFFF:c000:207', '192.0.2.7'],
    ['::192.0.2.7', '::c000:207'],
    ['::', '::'],
  ])('%s is %s', (text, spelled) => {
    expect(spellAddress(text)).toBe(spelled);
    expect(spellAddress(spelled)).toBe(spelled);
  });

  it.each([
    '',
    '10.0.0.0/8',
    '2001:db8::/32',
    '010.0.0.1',
    '192.0.2.7%4',
    '[192.0.2.7]',
    '12:34:56',
    '00:1a:2b:3c:4d:5e',
    '[fe80::1',
    'fe80::1%',
    `${':'.repeat(200_000)}1`,
  ])('%.20s is none', (text) => {
    expect(spellAddress(text)).toBeUndefined();
  });

  it('spells every address, and each one way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const spelled = spellAddress(text)!;
        expect(isIP(spelled)).not.toBe(0);
        expect(spellAddress(spelled)).toBe(spelled);
        expect(spellAddress(text.toUpperCase())).toBe(spelled);
      }),
    );
  });
});
