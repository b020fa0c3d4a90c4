import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeJsonControlBytes, escapeJsonControls } from '../../src/text/index.ts';

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

it('escapes bytes as it does text, and hands on those that need none', () => {
  const text = fc.string({
    unit: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('\u0085', '\u2028', '\u2029', '\u007f') },
      // Those that begin with the same bytes.
      { weight: 8, arbitrary: fc.constantFrom('\u00a0', '®', '\u2027', '\u202a', '\u2128', 'e', '😀') },
    ),
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, fc.constantFrom(1, 400), (part, times) => {
      const json = JSON.stringify(part.repeat(times));
      const bytes = Buffer.from(json);
      const escaped = escapeJsonControlBytes(bytes);
      expect(escaped.toString()).toBe(escapeJsonControls(json));
      if (times === 1 && escapeJsonControls(json) === json) expect(escaped).toBe(bytes);
    }),
  );
});
