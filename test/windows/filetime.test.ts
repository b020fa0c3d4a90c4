import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileTimeOf, toFileTime } from '../../src/windows/filetime.ts';

function halves(ticks: bigint): readonly [number, number] {
  return [Number(ticks & 0xffff_ffffn), Number(ticks >> 32n)];
}

describe('fileTimeOf', () => {
  test.each([
    [0n, '1601-01-01T00:00:00.0000000Z'],
    [116_444_736_000_000_000n, '1970-01-01T00:00:00.0000000Z'],
    [133_590_816_001_234_567n, '2024-05-02T00:00:00.1234567Z'],
    [116_444_735_999_999_999n, '1969-12-31T23:59:59.9999999Z'],
  ])('%i', (ticks, text) => {
    expect(fileTimeOf(...halves(ticks))?.text).toBe(text);
  });

  test('no calendar has the year 60056', () => {
    expect(fileTimeOf(0xffff_ffff, 0xffff_ffff)).toBeUndefined();
  });

  test('exact for every time until 9999', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2_650_467_743_999_999_999n }), (ticks) => {
        const wholeMs = Number(ticks / 10_000n) - 11_644_473_600_000;
        const expected = `${new Date(wholeMs).toISOString().slice(0, 23)}${String(ticks % 10_000n).padStart(4, '0')}Z`;
        expect(fileTimeOf(...halves(ticks))?.text).toBe(expected);
      }),
    );
  });
});

test('toFileTime is within 3 ticks of what fileTimeOf read', () => {
  const from2000To2100 = fc.bigInt({ min: 125_911_584_000_000_000n, max: 157_469_184_000_000_000n });
  fc.assert(
    fc.property(from2000To2100, (ticks) => {
      const difference = toFileTime(fileTimeOf(...halves(ticks))!.ms) - ticks;
      expect(difference >= -3n && difference <= 3n).toBe(true);
    }),
  );
});
