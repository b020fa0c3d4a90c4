import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexDigest, normalizeEntityId, normalizeLogonId } from '../../src/event/field-value.ts';

const mixed = (unit: string): fc.Arbitrary<string> => fc.constantFrom(unit.toLowerCase(), unit.toUpperCase());
const digits = fc.array(fc.constantFrom(...'0123456789abcdef').chain(mixed), { minLength: 8, maxLength: 8 });
const almostHex = fc.string({ unit: fc.constantFrom(...'00aAfFgG-'), minLength: 7, maxLength: 9 });

describe('a digest', () => {
  test('is what a pattern would say', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          digits.map((all) => all.join('')),
          almostHex,
        ),
        (text) => {
          const isDigest = /^[0-9a-f]{8}$/i.test(text) && !/^0+$/.test(text);
          expect(hexDigest(text, 8)).toBe(isDigest ? text.toLowerCase() : undefined);
        },
      ),
    );
  });
});

describe('an entity id', () => {
  test.each([
    ['{94f748d5-4a45-5a42-0000-0010a1b2c3d4}', '94F748D5-4A45-5A42-0000-0010A1B2C3D4'],
    ['94F748D5-4A45-5A42-0000-0010A1B2C3D4', '94F748D5-4A45-5A42-0000-0010A1B2C3D4'],
    ['94f748d5-4A45-5A42-0000-0010A1B2C3D4', '94F748D5-4A45-5A42-0000-0010A1B2C3D4'],
    ['00000000-0000-0000-0000-000000000000', undefined],
    ['{00000000-0000-0000-0000-000000000000}', undefined],
    ['94F748D5-4A45-5A42-0000-0010A1B2C3D', '94F748D5-4A45-5A42-0000-0010A1B2C3D'],
    ['94F748D5-4A45-5A42-0000-0010a1b2c3dx', '94F748D5-4A45-5A42-0000-0010a1b2c3dx'],
    ['-', undefined],
  ])('%s is %s', (text, normal) => {
    expect(normalizeEntityId(text)).toBe(normal);
  });
});

describe('a logon id', () => {
  test.each([
    ['0x3e7', '0x3e7'],
    ['0x3E7', '0x3e7'],
    ['0x00000000000003e7', '0x3e7'],
    ['999', '0x3e7'],
    ['0x0', undefined],
    ['0', undefined],
    ['0xffffffffffffffff', '0xffffffffffffffff'],
    ['0xfffffffffffffffff', '0xfffffffffffffffff'],
    ['session', 'session'],
  ])('%s is %s', (text, normal) => {
    expect(normalizeLogonId(text)).toBe(normal);
  });
});
