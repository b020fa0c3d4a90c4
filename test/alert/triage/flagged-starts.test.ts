import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostKeyOf, userKeyOf } from '../../../src/alert/subject-keys.ts';
import { FlaggedStarts } from '../../../src/alert/triage/flagged-starts.ts';
import { makeProcessEvent } from '../../support/process-event.ts';

const name = fc.constantFrom('a', 'b', 'ab', 'a\nb', '');

test('the starts of a user of a host are those among the last, whatever the names hold', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ host: name, user: name }), { maxLength: 40 }), (all) => {
      const limit = 7;
      const flagged = new FlaggedStarts(limit);
      const starts = all.map(({ host, user }, index) => ({
        event: makeProcessEvent({ id: `event-${index}`, host: { name: host }, user: { id: user } }),
        ancestors: [],
        prediction: {
          prediction: 1,
          predictionProbability: 1,
          maliciousProbability: 1,
          blocklistLabel: undefined,
        } as const,
      }));
      for (const start of starts) flagged.observe(start);
      const kept = starts.slice(-limit);
      for (const { event } of starts) {
        const host = hostKeyOf(event.host);
        const user = userKeyOf(event);
        expect(flagged.of(host, user)).toEqual(
          kept.filter((each) => hostKeyOf(each.event.host) === host && userKeyOf(each.event) === user),
        );
        expect(flagged.get(event.id)?.event).toEqual(
          kept.some((each) => each.event === event) ? event : undefined,
        );
      }
    }),
  );
});
