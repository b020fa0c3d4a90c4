import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecentAnswers } from '../../src/problemchild/recent-answers.ts';

describe('recent answers', () => {
  test('are never another than was given, and those asked for last are there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 200 }), (asked) => {
        const capacity = 4;
        const recent = new RecentAnswers<number>(capacity, 8);
        asked.forEach((number, at) => {
          const key = `key ${number}`;
          const answer = recent.get(key);
          if (answer === undefined) recent.set(key, number);
          else expect(answer).toBe(number);
          const lately = new Set(
            asked
              .slice(0, at + 1)
              .reverse()
              .slice(0, capacity),
          );
          for (const each of lately) expect(recent.get(`key ${each}`)).toBe(each);
        });
      }),
    );
  });

  test('are at most twice the capacity', () => {
    const recent = new RecentAnswers<number>(10, 8);
    for (let number = 0; number < 1_000; number++) recent.set(`${number}`, number);
    const kept = Array.from({ length: 1_000 }, (_, number) => recent.get(`${number}`));
    expect(kept.filter((answer) => answer !== undefined).length).toBeLessThanOrEqual(20);
  });

  test('leave out what has a long key', () => {
    const recent = new RecentAnswers<number>(10, 8);
    recent.set('123456789', 1);
    expect(recent.get('123456789')).toBeUndefined();
  });
});
