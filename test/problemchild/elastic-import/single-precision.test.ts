import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextSingle,
  previousSingle,
  scaleAnyNumber,
  scaleValues,
} from '../../../src/problemchild/elastic-import/single-precision.ts';

const isLower = (value: number, bound: number, inclusive: boolean) =>
  inclusive ? value <= bound : value < bound;

/** Doubles that crowd around a few single-precision numbers, where rounding hurts. */
const crowded = fc
  .record({
    base: fc.constantFrom(0.1, 0.3, 0.5, 1, -0.3, 1e-40, 3.4e38),
    steps: fc.integer({ min: -4, max: 4 }),
  })
  .map(({ base, steps }) => base + steps * Math.abs(base) * 2 ** -50);
const anyDouble = fc.oneof(crowded, fc.double({ noNaN: true, min: -3e38, max: 3e38 }));
const cut = fc.record({ bound: anyDouble, inclusive: fc.boolean() });

describe('scaleValues', () => {
  it('keeps every value on its side of every cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyDouble, { minLength: 1, maxLength: 12 }),
        fc.array(cut, { maxLength: 8 }),
        (values, cuts) => {
          const plain = values.map((value) => value + 0);
          const scale = scaleValues(plain, cuts);
          for (const value of plain) {
            const written = scale.moved.get(value) ?? Math.fround(value);
            expect(Math.fround(written)).toBe(written);
            for (const { bound, inclusive } of cuts) {
              const threshold = scale.threshold({ bound, inclusive });
              expect(Math.fround(threshold)).toBe(threshold);
              expect([value, bound, written <= threshold]).toEqual([
                value,
                bound,
                isLower(value, bound, inclusive),
              ]);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('moves nothing that rounding does not confuse', () => {
    expect(scaleValues([0.1, 0.2, 0.3], [{ bound: 0.2, inclusive: false }]).moved.size).toBe(0);
  });

  it('writes a number beyond single precision as its last, not as infinity', () => {
    const scale = scaleValues([-1e39, 1e39], [{ bound: 0, inclusive: true }]);
    expect([...scale.moved.values()]).toEqual([-(2 - 2 ** -23) * 2 ** 127, (2 - 2 ** -23) * 2 ** 127]);
  });
});

describe('scaleAnyNumber', () => {
  it('decides every single-precision number as the cut does', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), cut, (value, { bound, inclusive }) => {
        if (Object.is(value, -0)) return;
        expect(value <= scaleAnyNumber().threshold({ bound, inclusive })).toBe(
          isLower(value, bound, inclusive),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('nextSingle', () => {
  it('is the neighbour, and previousSingle its way back', () => {
    expect(nextSingle(1)).toBe(1 + 2 ** -23);
    expect(nextSingle(0)).toBe(2 ** -149);
    expect(nextSingle(-(2 ** -149))).toBe(-0);
    expect(previousSingle(1)).toBe(1 - 2 ** -24);
    expect(previousSingle(Number.POSITIVE_INFINITY)).toBe(Math.fround(3.4028234663852886e38));
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const next = nextSingle(value);
        expect(next).toBeGreaterThan(value);
        expect(previousSingle(next) + 0).toBe(value + 0);
      }),
    );
  });
});
