import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CliIo } from '../../src/cli/io.ts';
import { printJson } from '../../src/cli/print-json.ts';

/** Text full of what terminals obey and readers do not see. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\x1b',
        '\x9b',
        '\u202e',
        '\u200b',
        '\n',
        '\r',
        '\x85',
        '\u2028',
        '"',
        "'",
        ': ',
        '# ',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
);
const entry = fc.record({
  reason: text,
  conditions: fc.array(fc.record({ field: text, is: text }), { maxLength: 3 }),
});

function printed(print: (io: CliIo) => void): string {
  const stdout = new PassThrough();
  print({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {} });
  return String(stdout.read());
}

test('JSON for a terminal parses to what it was made of, and holds no control character', () => {
  fc.assert(
    fc.property(entry, (value) => {
      const json = printed((io) => printJson(io, value));
      expect(JSON.parse(json)).toEqual(value);
      expect(json).toMatch(/^[^\p{Cc}\u2028\u2029]*\n$/u);
    }),
  );
});
