import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QuantileDigest } from '../../../src/anomaly/elastic/quantile-digest.ts';

const values = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 6_000 });

it('keeps ranks within depth / factor, in bounded room', () => {
  fc.assert(
    fc.property(values, (added) => {
      const digest = new QuantileDigest();
      for (const value of added) digest.add(value);
      expect(digest.total).toBe(added.length);
      expect(digest.nodes).toBeLessThanOrEqual(4 * 512 + 1);
      for (const value of [0, 10, 5_000, 50_000, 99_999]) {
        const exact = added.filter((other) => other <= value).length / added.length;
        expect(Math.abs(digest.shareUpTo(value) - exact)).toBeLessThanOrEqual(17 / 512 + 1e-9);
      }
    }),
    { numRuns: 30 },
  );
});

it('comes back from JSON as it was', () => {
  fc.assert(
    fc.property(values, (added) => {
      const digest = new QuantileDigest();
      for (const value of added) digest.add(value);
      const restored = QuantileDigest.from(JSON.parse(JSON.stringify(digest)));
      digest.add(77, 3);
      restored.add(77, 3);
      expect(restored.toJSON()).toEqual(digest.toJSON());
      expect(restored.valueAt(0.5)).toBe(digest.valueAt(0.5));
    }),
    { numRuns: 20 },
  );
});

it('finds the median of mostly zeros', () => {
  const digest = new QuantileDigest();
  digest.add(0, 90);
  digest.add(5_000, 10);
  expect(digest.valueAt(0.5)).toBe(0);
  expect(digest.shareUpTo(0)).toBe(0.9);
});
