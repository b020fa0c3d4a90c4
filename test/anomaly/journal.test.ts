import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeJournal, encodeJournal } from '../../src/anomaly/journal.ts';
import { createSubjectReader } from '../../src/anomaly/subject.ts';
import { monday, start } from './starts.ts';

const name = fc.oneof(
  fc.constantFrom('CMD.exe', 'cmd.EXE', 'cmd.exe', '__proto__', '', 'x'.repeat(300), 'half\ud83d'),
  fc.string({ maxLength: 5 }),
);

it('gives back every subject as it was', () => {
  const facts = fc.record({
    atMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
    host: name,
    user: fc.option(name, { nil: undefined }),
    parent: fc.option(name, { nil: undefined }),
    process: fc.option(name, { nil: undefined }),
    probability: fc.constantFrom(0.1, 0.9),
  });
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 30 }), fc.constantFrom('default', 'elastic'), (drawn, mode) => {
      const read = createSubjectReader({ mode });
      const subjects = drawn.map((item) =>
        read(start({ ...item, atMs: Math.abs(item.atMs) }), item.probability > 0.5),
      );
      const decoded = decodeJournal(encodeJournal(subjects));
      // A label stands only for its key where there is none.
      const expected = subjects.map((subject) => ({
        ...subject,
        userLabel: subject.user === undefined ? '' : subject.userLabel,
        parentLabel: subject.parent === undefined ? '' : subject.parentLabel,
      }));
      expect(decoded).toEqual(expected);
    }),
  );
});

it('writes a name once, and a start of known names in few bytes', () => {
  const read = createSubjectReader({ mode: 'default' });
  const subjects = [...Array(512).keys()].map((n) => read(start({ atMs: monday + n * 1_000 }), false));
  const text = encodeJournal(subjects);
  expect(text.match(/notepad/g)).toHaveLength(1);
  expect(text.length / subjects.length).toBeLessThan(30);
});
