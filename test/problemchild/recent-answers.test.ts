import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Facts, RecentAnswers } from '../../src/problemchild/recent-answers.ts';

// Few, so that the first part is often the same where the others differ.
const parts = fc.constantFrom(undefined, '', 'a', 'ab', 1);
const questions = fc.array(fc.tuple(parts, parts, parts), { maxLength: 200 });

describe('recent answers', () => {
  test('are never another than was given to the same facts', () => {
    fc.assert(
      fc.property(questions, fc.integer({ min: 1, max: 50 }), (asked, capacity) => {
        const recent = new RecentAnswers<string>(capacity, 8);
        for (const facts of asked) {
          const expected = describeFacts(facts);
          const answer = recent.get(facts);
          if (answer === undefined) recent.set(facts, expected);
          else expect(answer).toBe(expected);
        }
      }),
    );
  });

  test('are there for those asked for last', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 200 }), (asked) => {
        const capacity = 4;
        const recent = new RecentAnswers<number>(capacity, 20);
        const factsOf = (number: number): Facts => [`first ${number % 3}`, number];
        asked.forEach((number, at) => {
          if (recent.get(factsOf(number)) === undefined) recent.set(factsOf(number), number);
          const lately = new Set(
            asked
              .slice(0, at + 1)
              .reverse()
              .slice(0, capacity),
          );
          for (const each of lately) expect(recent.get(factsOf(each))).toBe(each);
        });
      }),
    );
  });

  test('are at most twice the capacity, whatever their first parts and however often given', () => {
    for (const firsts of [1, 7, 1_000]) {
      const recent = new RecentAnswers<number>(10, 8);
      const factsOf = (number: number): Facts => [number % firsts, number];
      for (let number = 0; number < 1_000; number++) {
        recent.set(factsOf(number), number);
        recent.set(factsOf(number), number);
      }
      const kept = Array.from({ length: 1_000 }, (_, number) => recent.get(factsOf(number)));
      const count = kept.filter((answer) => answer !== undefined).length;
      expect(count).toBeLessThanOrEqual(20);
      expect(count).toBeGreaterThanOrEqual(10);
    }
  });

  test('with the same first part are looked through up to a limit: the latest', () => {
    const recent = new RecentAnswers<number>(1_000, 8);
    for (let number = 0; number < 100; number++) recent.set(['same', number], number);
    expect(recent.get(['same', 99])).toBe(99);
    expect(recent.get(['same', 0])).toBeUndefined();
  });

  test('leave out what has long facts', () => {
    const recent = new RecentAnswers<number>(10, 8);
    recent.set(['12345', '6789'], 1);
    expect(recent.get(['12345', '6789'])).toBeUndefined();
    recent.set(['1234', undefined, '5678'], 2);
    expect(recent.get(['1234', undefined, '5678'])).toBe(2);
  });
});

function describeFacts(facts: Facts): string {
  return JSON.stringify(facts.map((fact) => [typeof fact, fact]));
}
