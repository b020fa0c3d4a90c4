import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeJsonControls } from '../../src/text/index.ts';

it('leaves no control character in JSON, and its value as it is', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u0085', '\u009b', '\u2028', '\u2029', '\u007f'),
      fc.constantFrom('\u0000', '"', '\\\\', 'ä', '😀', '\ud800'),
    ),
  });
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const json = escapeJsonControls(JSON.stringify(value));
      expect(json).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(JSON.parse(json)).toEqual(value);
    }),
  );
});
