import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutEnd,
  escapeForTerminal,
  escapeHidden,
  escapeHtml,
  findNearest,
  shortenEnd,
  shortenForTerminal,
  shortenMiddle,
} from '../../src/text/index.ts';

const numRuns = Number(process.env['PC_FUZZ_RUNS'] ?? 1000);

/** Anything at all: UTF-16 units at random, lone surrogates included, and text full of what must not pass. */
const anyText = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\u001b[2J',
        '\u009b',
        '\n',
        '\r',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ud800',
        '\udc00',
        '😀',
        'a',
        '\u007f',
        '\u0000',
      ),
    )
    .map((parts) => parts.join('')),
);

const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('escaping', () => {
  it.each([
    ['plain text, C:\\Windows\\system32', 'plain text, C:\\Windows\\system32'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u009b2J', '\\x9b2J'],
    ['\u007f\u0000', '\\x7f\\x00'],
    ['gpj.\u202eexe', 'gpj.\\u{202e}exe'],
    ['svc\u200bhost', 'svc\\u{200b}host'],
    ['svchost\u00a0.exe', 'svchost\\xa0.exe'],
    ['\ud83d', '\\u{d83d}'],
    ['\ude00x', '\\u{de00}x'],
    ['line\u2028para\u2029', 'line\\u{2028}para\\u{2029}'],
    ['\u{e0041}tag', '\\u{e0041}tag'],
    ['\u3164\u2800', '\\u{3164}\\u{2800}'],
    ['Grüße, 日本語, 😀', 'Grüße, 日本語, 😀'],
  ])('%j', (text, escaped) => {
    expect(escapeHidden(text)).toBe(escaped);
  });

  it('lets nothing through that a terminal obeys or a reader does not see', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 50 }), (text, maxLength) => {
        for (const safe of [
          escapeHidden(text),
          escapeForTerminal(text, maxLength),
          shortenForTerminal(text, maxLength),
        ]) {
          expect(safe).not.toMatch(unsafe);
          expect(safe.isWellFormed()).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('is stable: what is escaped once stays as it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeHidden(escapeHidden(text))).toBe(escapeHidden(text));
      }),
      { numRuns },
    );
  });

  it('makes markup harmless', () => {
    expect(escapeHtml('<b a="\'`&">\u202e')).toBe('&lt;b a=&quot;&#39;&#96;&amp;&quot;&gt;\\u{202e}');
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"'`]|&(?![a-z]+;|#\d+;)/);
      }),
      { numRuns },
    );
  });
});

describe('shortening', () => {
  it.each([
    ['abcdef', 6, 'abcdef', 'abcdef'],
    ['abcdef', 5, 'abcd…', 'ab…ef'],
    ['abcdef', 4, 'abc…', 'ab…f'],
    ['abcdef', 1, '…', '…'],
    ['abcdef', 0, '', ''],
    ['ab😀cd', 4, 'ab…', 'ab…d'],
    ['a😀😀b', 4, 'a😀…', 'a…b'],
  ])('%j to %d', (text, maxLength, end, middle) => {
    expect(shortenEnd(text, maxLength)).toBe(end);
    expect(shortenMiddle(text, maxLength)).toBe(middle);
  });

  it('never exceeds the length, and never tears what was whole', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 40 }), (text, maxLength) => {
        for (const shorten of [shortenEnd, shortenMiddle, escapeForTerminal, shortenForTerminal]) {
          expect(shorten(text, maxLength).length).toBeLessThanOrEqual(maxLength);
        }
        if (text.isWellFormed()) {
          expect(shortenEnd(text, maxLength).isWellFormed()).toBe(true);
          expect(shortenMiddle(text, maxLength).isWellFormed()).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('keeps both ends of a command line after escaping', () => {
    expect(shortenForTerminal(`cmd.exe /c ${'\u0001'.repeat(5000)} whoami`, 20)).toMatch(
      /^cmd\.exe \/c.*….* whoami$/,
    );
  });

  it('says that something was cut also when escaping made it longer', () => {
    expect(escapeForTerminal('\n\n\n', 4)).toBe('\\n\\…');
    expect(escapeForTerminal('abcde', 4)).toBe('abc…');
    expect(escapeForTerminal('abcd', 4)).toBe('abcd');
  });
});

describe('the nearest word', () => {
  const words = ['level', 'file', 'maxFiles', 'maxFileBytes'];
  it.each([
    ['levle', 'level'],
    ['LEVEL', 'level'],
    ['fiel', 'file'],
    ['maxfiles', 'maxFiles'],
    ['maxBytes', 'maxFileBytes'],
    ['zzzzzz', undefined],
    ['', undefined],
  ])('to %j is %j', (text, expected) => {
    expect(findNearest(text, words)).toBe(expected);
  });
});

it('cutEnd keeps the first units and nothing else', () => {
  fc.assert(
    fc.property(anyText, fc.nat({ max: 300 }), (text, maxLength) => {
      expect(cutEnd(text, maxLength)).toBe(text.slice(0, maxLength));
    }),
  );
});
