import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentStarts } from '../../../src/alert/triage/recent-starts.ts';
import { makeStart } from '../../support/process-event.ts';

const id = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });

test('children are those of the last starts that name the parent, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ entityId: id, parentId: id }), { maxLength: 40 }), (all) => {
      const limit = 7;
      const recent = new RecentStarts(limit);
      all.forEach(({ entityId, parentId }, pid) => {
        recent.observe({
          event: makeStart({ pid, entityId, parent: { entityId: parentId } }),
          ancestors: [],
          prediction: {
            prediction: 0,
            predictionProbability: 1,
            maliciousProbability: 0,
            blocklistLabel: undefined,
          },
        });
        const kept = all.slice(0, pid + 1).map((start, index) => ({ ...start, index }));
        for (const parent of ['a', 'b', 'c', undefined]) {
          const expected = kept
            .slice(-limit)
            .filter((start) => parent !== undefined && start.parentId === parent);
          expect(recent.childrenOf(parent).map((start) => start.pid)).toEqual(
            expected.map(({ index }) => index),
          );
        }
      });
    }),
  );
});
