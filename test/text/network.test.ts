import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, formatNetwork, parseNetwork } from '../../src/text/index.ts';

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::', '::'],
    ['::1/128', '::1'],
    ['fe80::/10', 'fe80::/10'],
    ['::ffff:192.0.2.7', '::ffff:c000:207'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1::', '1::'],
  ])('%s is %s', (text, canonical) => {
    expect(formatNetwork(parseNetwork(text)!)).toBe(canonical);
  });

  it.each([
    '',
    '10.1.2.3/8',
    '10.0.0',
    '10.0.0.0.0',
    '256.0.0.1',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'fe80::1%eth0',
    '1.2.3.4::',
    'siem.example',
    '10.0.0.0/8 ',
  ])('%j is none', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it('takes exactly what is an address to Node, but for scopes', () => {
    const anything = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        fc.pre(!/[%/]/.test(text));
        expect(parseNetwork(text)?.family ?? 0).toBe(isIP(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back what it writes, and a network contains its own addresses only', () => {
    const addresses = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseNetwork(text)!);
    fc.assert(
      fc.property(addresses, addresses, fc.nat(128), (address, other, wanted) => {
        const prefix = Math.min(wanted, address.bytes.length * 8);
        const bits = (bytes: readonly number[]): string =>
          bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const kept = bits(address.bytes)
          .slice(0, prefix)
          .padEnd(address.bytes.length * 8, '0');
        const network = {
          family: address.family,
          bytes: address.bytes.map((_, index) => Number.parseInt(kept.slice(index * 8, index * 8 + 8), 2)),
          prefix,
        };
        expect(parseNetwork(formatNetwork(network))).toEqual(network);
        expect(contains(network, address)).toBe(true);
        expect(contains(network, other)).toBe(
          other.family === network.family && bits(other.bytes).slice(0, prefix) === kept.slice(0, prefix),
        );
      }),
    );
  });
});
