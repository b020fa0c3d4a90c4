import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { ElasticsearchDouble } from '../support/elasticsearch-double.ts';
import { startForwarder } from '../support/forwarder.ts';
import { makeEntries } from '../support/outbox-entry.ts';

const alerts = 'logs-problemchild.alert-default';
/** Ids of the entries that the test puts; notices about dead letters come as well. */
const ofTheTest = /^alert-\d+$/;

/** What an item is answered at its first attempts; after that it is taken. */
const answers = fc.array(fc.constantFrom(429, 500, 503, 403), { maxLength: 3 });

const runs = fc.record({
  /** By the entry's number: for now. */
  later: fc.dictionary(fc.nat(39).map(String), answers, { maxKeys: 12 }),
  /** By the entry's number: for good. */
  never: fc.uniqueArray(fc.nat(39), { maxLength: 3 }),
  batch: fc.integer({ min: 1, max: 12 }),
  /** In bytes: some requests are too large as a whole. */
  limit: fc.constantFrom(1_200, 3_000, 1_000_000),
  /** When the agent is stopped and started again, in ms. */
  stops: fc.array(fc.nat(30), { maxLength: 2 }),
});

const numberOf = (id: string): number => Number(id.replace('alert-', ''));

/**
 * Items of one request are taken or refused each for itself, so a document may overtake those of its own request. It never
 * overtakes one of an earlier request: a request begins with what is not done with, and leaves nothing out.
 */
it('keeps the order of requests whatever items are answered, also over restarts', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async ({ later, never, batch, limit, stops }) => {
      const double = await ElasticsearchDouble.start({
        maxContentLength: limit,
        item(id, attempt) {
          if (!ofTheTest.test(id)) return undefined;
          const number = numberOf(id);
          if (never.includes(number)) return { status: 400, type: 'mapper_parsing_exception', reason: 'no' };
          const status = later[String(number)]?.[attempt - 1];
          return status === undefined ? undefined : { status, type: 'busy', reason: 'for now' };
        },
      });
      const store = Store.openTemporary();
      try {
        const queue = new OutboxTable(store);
        queue.add(makeEntries(40));
        for (const stopMs of [...stops, 20_000]) {
          const forwarder = startForwarder(queue, double.url, { batch });
          await forwarder.drain(stopMs);
          await forwarder.stop();
        }
        const expected = makeEntries(40).map(({ eventId }) => eventId);
        const taken = expected.filter((id) => !never.includes(numberOf(id)));
        expect(
          double
            .ids(alerts)
            .filter((id) => ofTheTest.test(id))
            .sort(),
        ).toEqual(taken);
        const refused = new OutboxDesk(store).deadLetters('siem', 99).map(({ eventId }) => numberOf(eventId));
        expect(refused).toEqual([...never].sort((a, b) => a - b));
        expectOrder(double.bulks, { later, never });
      } finally {
        store.close();
        await double.stop();
      }
    }),
    { numRuns: 25 },
  );
});

function expectOrder(
  bulks: readonly (readonly string[])[],
  { later, never }: { later: Readonly<Record<string, readonly number[]>>; never: readonly number[] },
): void {
  const attempts = new Map<number, number>();
  const done = new Set<number>();
  for (const bulk of bulks) {
    const numbers = bulk.filter((id) => ofTheTest.test(id)).map(numberOf);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const last = numbers.at(-1) ?? -1;
    const due = Array.from({ length: last + 1 }, (_, number) => number).filter((number) => !done.has(number));
    expect(numbers).toEqual(expect.arrayContaining(due));
    for (const number of numbers) {
      const attempt = (attempts.get(number) ?? 0) + 1;
      attempts.set(number, attempt);
      if (never.includes(number) || attempt > (later[String(number)]?.length ?? 0)) done.add(number);
    }
  }
}
