import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSplitter, type SplitPlace, type StretchKind } from '../../src/source/record-splitter.ts';

interface Stretch {
  readonly kind: StretchKind;
  readonly text: string;
  readonly record: number;
  readonly offset: number;
  readonly size: number;
  readonly place: SplitPlace;
}

/** All stretches of the bytes, fed in pieces of the given sizes over and over. */
function split(
  bytes: Buffer,
  options: { pieces?: readonly number[]; max?: number; place?: SplitPlace } = {},
): Stretch[] {
  const splitter = new RecordSplitter(options.max ?? 1000, options.place);
  const found: Stretch[] = [];
  const take = (): void => {
    while (splitter.next()) {
      const { kind, text, record, offset, size, place } = splitter;
      found.push({ kind, text, record, offset, size, place });
    }
  };
  const pieces = options.pieces ?? [bytes.length || 1];
  for (let at = options.place?.offset ?? 0, turn = 0; at < bytes.length; turn += 1) {
    const size = pieces[turn % pieces.length]!;
    splitter.push(bytes.subarray(at, at + size));
    at += size;
    take();
  }
  splitter.end();
  take();
  expect(splitter.consumed).toBe(bytes.length);
  return found;
}

function texts(input: string | Buffer, max?: number): string[] {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  return split(bytes, max === undefined ? {} : { max }).map(({ kind, text }) =>
    kind === 'document' ? text : kind,
  );
}

describe('lines', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['blank lines only', '\n\r\n  \n\t\n', []],
    ['lines', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['a last line that does not end', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['carriage returns', '{"a":1}\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
    ['blank lines between', '\n{"a":1}\n\n \n{"b":2}\n\n', ['{"a":1}', '{"b":2}']],
    ['a byte order mark', '\ufeff{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['lines that are no JSON', 'what\n{"a":1}\n', ['what', '{"a":1}']],
    ['a tail of zeroes, as a file grown ahead has', '{"a":1}\n\0\0\0\0', ['{"a":1}']],
  ])('of %s', (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  it('of UTF-16', () => {
    const text = '\ufeff{"a":"ਊ"}\r\n\r\n{"b":2}\n{"c":3}';
    expect(texts(Buffer.from(text, 'utf16le'))).toEqual(['{"a":"ਊ"}', '{"b":2}', '{"c":3}']);
  });

  it('are numbered with the blank ones, and placed by byte', () => {
    const found = split(Buffer.from('\n{"ü":1}\r\n\n{"b":2}'));
    expect(found.map(({ record, offset, size }) => [record, offset, size])).toEqual([
      [2, 1, 9],
      [4, 12, 7],
    ]);
  });

  it('too long are counted, not kept', () => {
    const long = `{"a":"${'x'.repeat(5000)}"}`;
    const input = `{"b":1}\n${long}\n{"c":2}\n${long}`;
    for (const pieces of [[100_000], [7], [1000]]) {
      const found = split(Buffer.from(input), { max: 100, pieces });
      expect(found.map(({ kind, text, offset, size, record }) => [kind, text, offset, size, record])).toEqual(
        [
          ['document', '{"b":1}', 0, 7, 1],
          ['overlong', '', 8, 5008, 2],
          ['document', '{"c":2}', 5017, 7, 3],
          ['overlong', '', 5025, 5008, 4],
        ],
      );
    }
  });

  it('may be just as long as allowed', () => {
    expect(texts('{"a":"xxx"}\n{"a":"xxxx"}\n', 11)).toEqual(['{"a":"xxx"}', 'overlong']);
  });
});

describe('documents over several lines', () => {
  const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);
  it.each<[string, string, string[]]>([
    ['one', pretty({ a: 1 }), [pretty({ a: 1 })]],
    [
      'several',
      `${pretty({ a: 1 })}\n${pretty({ b: { c: 2 } })}\n`,
      [pretty({ a: 1 }), pretty({ b: { c: 2 } })],
    ],
    ['a list', '[{"a":1},{"b":[{"c":2}]}]', ['{"a":1}', '{"b":[{"c":2}]}']],
    ['a list over lines', '[\n{"a":1},\n{"b":2}\n]\n', ['{"a":1}', '{"b":2}']],
    ['an empty list', '[ ]', []],
    ['a list that breaks off between two', '[{"a":1},{"b":2},\n', ['{"a":1}', '{"b":2}', 'unclosed']],
    ['a list of which only the beginning is there', '\n[', ['unclosed']],
    ['two lists, the second without an end', '[{"a":1}]\n[{"b":2}', ['{"a":1}', '{"b":2}', 'unclosed']],
    ['brackets in strings', '[{"a":"}]{\\"\\\\"},{"b":2}]', ['{"a":"}]{\\"\\\\"}', '{"b":2}']],
    ['one beside the other', '{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
    ['something between', '[{"a":1}, 5, {"b":2}]', ['{"a":1}', 'stray', '{"b":2}']],
    ['one that breaks off', '{\n "a": {\n{"b":2}\n', ['{\n "a": {\n', '{"b":2}']],
    ['one whose string does not end', '{\n "a": "x\n}\n{"b":2}\n', ['{\n "a": "x\n}', '{"b":2}']],
    ['the last that breaks off', '[{"a":1},{"b":', ['{"a":1}', '{"b":']],
    ['a first line that breaks off', '{"a": "x\n{"b":2}\n{"c":3}\n', ['{"a": "x\n', '{"b":2}', '{"c":3}']],
  ])('%s', (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  it('in UTF-16', () => {
    const text = `\ufeff[\n${pretty({ a: '}' })},\n${pretty({ b: 2 })}]`;
    expect(texts(Buffer.from(text, 'utf16le'))).toEqual([pretty({ a: '}' }), pretty({ b: 2 })]);
  });

  it('in UTF-16, a first line just as long as allowed, whose end comes byte by byte', () => {
    const bytes = Buffer.from('\ufeff{{{{{{{{\n', 'utf16le');
    expect(split(bytes, { max: 16, pieces: [1] })).toEqual(split(bytes, { max: 16 }));
  });

  it('have evtx_dump’s headings between them', () => {
    const found = split(Buffer.from(`Record 1\n${pretty({ a: 1 })}\nRecord 2\n${pretty({ b: 2 })}\n`));
    expect(found.map(({ kind }) => kind)).toEqual(['stray', 'document', 'stray', 'document']);
    expect(found[0]!.text).toBe('Record 1');
  });

  it('too long are counted, not kept', () => {
    const input = `[{"a":1},{"b":"${'x'.repeat(5000)}"},{"c":3}]`;
    for (const pieces of [[100_000], [7], [1000]]) {
      const found = split(Buffer.from(input), { max: 100, pieces });
      expect(found.map(({ kind, offset, size }) => [kind, offset, size])).toEqual([
        ['document', 1, 7],
        ['overlong', 9, 5008],
        ['document', 5018, 7],
      ]);
    }
  });
});

describe('a splitter', () => {
  const line = fc.oneof(
    fc.json({ maxDepth: 1 }),
    fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value)),
    fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value, undefined, 1)),
    fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', '\n', '\r', ' ', ',', 'ü', '\0') }),
  );
  const inputs = fc.record({
    text: fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n')),
    encoding: fc.constantFrom('utf8', 'utf16le'),
    pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
    max: fc.integer({ min: 10, max: 80 }),
  });
  const toBytes = (text: string, encoding: 'utf8' | 'utf16le') =>
    encoding === 'utf8' ? Buffer.from(text) : Buffer.from(`\ufeff${text}`, 'utf16le');

  it('finds the same however the bytes arrive, and no byte in two stretches', () => {
    fc.assert(
      fc.property(inputs, ({ text, encoding, pieces, max }) => {
        const bytes = toBytes(text, encoding as 'utf8' | 'utf16le');
        const whole = split(bytes, { max });
        const pieced = split(bytes, { max, pieces });
        expect(pieced).toEqual(whole);
        let end = 0;
        for (const { offset, size } of whole) {
          expect(offset).toBeGreaterThanOrEqual(end);
          end = offset + size;
        }
        expect(end).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on from any place it was in', () => {
    fc.assert(
      fc.property(inputs, ({ text, encoding, pieces, max }) => {
        const bytes = toBytes(text, encoding as 'utf8' | 'utf16le');
        const whole = split(bytes, { max });
        for (const [index, { place }] of whole.entries()) {
          expect(split(bytes, { max, pieces, place })).toEqual(whole.slice(index + 1));
        }
      }),
      { numRuns: 500 },
    );
  });
});
