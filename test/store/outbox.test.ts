import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatSyslog } from '../../src/forward/syslog-message.ts';
import { OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

const everything = { maxEntries: 1_000, maxBytes: 1_000_000 };
const noLimits = { maxBytes: Number.MAX_SAFE_INTEGER, maxAgeMs: Number.MAX_SAFE_INTEGER };

let store: Store;
let outbox: OutboxTable;
let desk: OutboxDesk;

beforeEach(() => {
  store = Store.openTemporary();
  outbox = new OutboxTable(store);
  desk = new OutboxDesk(store);
});
afterEach(() => {
  store.close();
});

function ids(destination: string, after = 0): string[] {
  return outbox.read(destination, after, everything).map(({ eventId }) => eventId);
}

function settleAll(destination: string): void {
  const last = outbox.read(destination, outbox.cursor(destination), everything).at(-1);
  if (last === undefined) return;
  const delivered = outbox.read(destination, outbox.cursor(destination), everything).length;
  outbox.settle(destination, { cursor: last.seq, delivered, filtered: 0, rejected: [] });
}

describe('the queue', () => {
  it('gives each destination all entries in order, by count and by size', () => {
    outbox.configure(['one', 'two']);
    outbox.add(makeEntries(5));
    expect(ids('one')).toEqual(makeEntries(5).map(({ eventId }) => eventId));
    const [first, second] = outbox.read('one', 0, { maxEntries: 2, maxBytes: 1_000_000 });
    expect([first?.eventId, second?.eventId]).toEqual(['alert-00000000', 'alert-00000001']);
    expect(outbox.read('one', second?.seq ?? 0, { maxEntries: 10, maxBytes: 1 })).toHaveLength(1);
    expect(first).toMatchObject(makeEntry(0));
  });

  it('gives back what is of no rule as it was put, also from among the dead letters', () => {
    outbox.configure(['siem']);
    const incident = makeEntry(0, { kind: 'incident', ruleId: undefined });
    outbox.add([incident]);
    const [entry] = outbox.read('siem', 0, everything);
    expect(entry).toStrictEqual({ ...incident, seq: entry!.seq });
    const syslog = { message: 'json', facility: 16, maxMessageBytes: 65_536, processId: 7 } as const;
    const line = formatSyslog(entry!, entry!.document, {
      ...syslog,
      agentVersion: '1.0.0',
      hostName: 'WS-1',
    });
    expect(line).not.toMatch(/ rule=/);
    outbox.settle('siem', {
      cursor: entry!.seq,
      delivered: 0,
      filtered: 0,
      rejected: [{ entry: entry!, reason: 'no' }],
    });
    expect(desk.deadLetters('siem', 1)[0]!.ruleId).toBeUndefined();
  });

  it('keeps an entry until the slowest destination is done with it', () => {
    outbox.configure(['fast', 'slow']);
    outbox.add(makeEntries(3));
    settleAll('fast');
    expect(outbox.totals()).toMatchObject({ entries: 3, put: 3 });
    settleAll('slow');
    expect(outbox.totals()).toMatchObject({ entries: 0, bytes: 0, put: 3 });
  });

  it('takes an id once while it is queued, and never uses a sequence number twice', () => {
    outbox.configure(['one']);
    outbox.add([makeEntry(1), makeEntry(1)]);
    expect(outbox.totals()).toMatchObject({ entries: 1, put: 1 });
    const [first] = outbox.read('one', 0, everything);
    settleAll('one');
    outbox.add([makeEntry(2)]);
    expect(outbox.read('one', 0, everything)[0]?.seq).toBeGreaterThan(first?.seq ?? Number.NaN);
  });

  it('is part of the transaction it is put in', () => {
    outbox.configure(['one']);
    expect(() =>
      store.transaction(() => {
        outbox.put([makeEntry(1)]);
        throw new Error('the batch failed');
      }),
    ).toThrow('the batch failed');
    expect(outbox.totals()).toMatchObject({ entries: 0, bytes: 0, put: 0 });
  });

  it('lets a new destination begin with what is queued, and forgets one that is gone', () => {
    outbox.configure(['one']);
    outbox.add(makeEntries(2));
    settleAll('one');
    outbox.add([makeEntry(7)]);
    outbox.configure(['one', 'new']);
    expect(ids('new')).toEqual(['alert-00000007']);
    expect(desk.destinations()).toMatchObject([
      { name: 'new', offered: 1, waiting: 1 },
      { name: 'one', offered: 3, delivered: 2, waiting: 1 },
    ]);
    outbox.configure(['new']);
    settleAll('new');
    expect(outbox.totals().entries).toBe(0);
    expect(desk.destinations().map(({ name }) => name)).toEqual(['new']);
  });

  it('notes what waited for a destination that is gone, and for no other', () => {
    outbox.configure(['gone', 'done', 'stays']);
    outbox.add([makeEntry(0), makeEntry(1, { severity: 99 }), makeEntry(2, { severity: 99 })]);
    settleAll('done');
    const [first] = outbox.read('gone', 0, everything);
    const rejected = [{ entry: first!, reason: 'no' }];
    outbox.settle('gone', { cursor: first!.seq, delivered: 0, filtered: 0, rejected });
    desk.requeue('gone');
    const drops = [
      { destination: 'gone', severity: 73, reason: 'removed', count: 1 },
      { destination: 'gone', severity: 99, reason: 'removed', count: 2 },
    ];
    expect(outbox.configure(['stays'])).toEqual(drops);
    expect(outbox.configure(['stays'])).toEqual([]);
    outbox.announceDrops((told) => makeEntry(9, { document: JSON.stringify(told) }));
    expect(JSON.parse(outbox.read('stays', 0, everything).at(-1)!.document)).toEqual(drops);
    expect(outbox.hasDrops()).toBe(false);
  });

  it('is there after the file was closed', () => {
    outbox.configure(['one']);
    outbox.add(makeEntries(2));
    const again = Store.open(store.path);
    expect(new OutboxTable(again).read('one', 0, everything)).toHaveLength(2);
    again.close();
  });
});

describe('limits', () => {
  const sizeOf = Buffer.byteLength(makeEntry(0).document);
  const all = (): boolean => true;

  it('drops the least severe first, the oldest of them first, and counts for whom', () => {
    outbox.configure(['one', 'two']);
    outbox.add([
      makeEntry(0, { severity: 99 }),
      makeEntry(1, { severity: 21 }),
      makeEntry(2, { severity: 73 }),
      makeEntry(3, { severity: 21 }),
    ]);
    const drops = outbox.shrink({ ...noLimits, maxBytes: 3.2 * sizeOf }, [], all);
    expect(ids('one')).toEqual(['alert-00000000', 'alert-00000002', 'alert-00000003']);
    expect(drops).toEqual([
      { destination: 'one', severity: 21, reason: 'size', count: 1 },
      { destination: 'two', severity: 21, reason: 'size', count: 1 },
    ]);
    outbox.shrink({ ...noLimits, maxBytes: 1.1 * sizeOf }, [], all);
    expect(ids('one')).toEqual(['alert-00000000']);
    expect(desk.destinations()).toMatchObject([
      { offered: 4, dropped: 3, waiting: 1 },
      { offered: 4, dropped: 3, waiting: 1 },
    ]);
  });

  it('does not count what a destination has or was not to get', () => {
    outbox.configure(['done', 'filtering', 'late']);
    outbox.add([makeEntry(0)]);
    settleAll('done');
    const drops = outbox.shrink({ ...noLimits, maxBytes: 0 }, [], (name) => name !== 'filtering');
    expect(drops).toEqual([{ destination: 'late', severity: 73, reason: 'size', count: 1 }]);
    expect(desk.destinations()).toMatchObject([
      { name: 'done', delivered: 1, dropped: 0, waiting: 0 },
      { name: 'filtering', filtered: 1, dropped: 0, waiting: 0 },
      { name: 'late', delivered: 0, dropped: 1, waiting: 0 },
    ]);
  });

  it('never drops what is being sent', () => {
    outbox.configure(['one']);
    outbox.add(makeEntries(3));
    const [first] = outbox.read('one', 0, everything);
    const inFlight = { first: first?.seq ?? 0, last: first?.seq ?? 0 };
    outbox.shrink({ ...noLimits, maxBytes: 0 }, [inFlight], all);
    expect(ids('one')).toEqual(['alert-00000000']);
  });

  it('drops what is too old by the outbox clock, which only runs forward', () => {
    outbox.configure(['one']);
    outbox.add([makeEntry(0)]);
    outbox.advanceClock(60_000);
    outbox.advanceClock(-86_400_000);
    outbox.add([makeEntry(1)]);
    expect(outbox.shrink({ ...noLimits, maxAgeMs: 60_000 }, [], all)).toEqual([]);
    outbox.advanceClock(1);
    expect(outbox.shrink({ ...noLimits, maxAgeMs: 60_000 }, [], all)).toEqual([
      { destination: 'one', severity: 73, reason: 'age', count: 1 },
    ]);
    expect(ids('one')).toEqual(['alert-00000001']);
  });
});

describe('dead letters', () => {
  it('keeps what was refused and why, and gives it back to the destination that refused it', () => {
    outbox.configure(['picky', 'other']);
    outbox.add([makeEntry(0)]);
    const [entry] = outbox.read('picky', 0, everything);
    if (entry === undefined) throw new Error('nothing queued');
    const rejected = [{ entry, reason: '400 mapper_parsing_exception' }];
    outbox.settle('picky', { cursor: entry.seq, delivered: 0, filtered: 0, rejected });
    settleAll('other');
    expect(desk.deadLetters('picky', 10)).toMatchObject([
      { eventId: 'alert-00000000', destination: 'picky', reason: '400 mapper_parsing_exception' },
    ]);
    expect(desk.deadLetters('other', 10)).toEqual([]);

    expect(desk.requeue(undefined)).toBe(1);
    expect(desk.totals().deadLetters).toBe(0);
    expect(ids('picky', outbox.cursor('picky'))).toEqual(['alert-00000000']);
    expect(ids('other', outbox.cursor('other'))).toEqual([]);
    settleAll('picky');
    expect(outbox.totals()).toMatchObject({ entries: 0, bytes: 0, put: 1 });
    expect(desk.destinations()).toMatchObject([
      { name: 'other', offered: 1, delivered: 1 },
      { name: 'picky', offered: 1, requeued: 1, rejected: 1, delivered: 1, waiting: 0 },
    ]);
  });

  it('are thrown away on request', () => {
    outbox.configure(['picky']);
    outbox.add([makeEntry(0)]);
    const [entry] = outbox.read('picky', 0, everything);
    if (entry === undefined) throw new Error('nothing queued');
    outbox.settle('picky', {
      cursor: entry.seq,
      delivered: 0,
      filtered: 0,
      rejected: [{ entry, reason: 'no' }],
    });
    expect(desk.discard('other')).toBe(0);
    expect(desk.discard('picky')).toBe(1);
    expect(desk.totals().deadLetters).toBe(0);
  });

  it('are 10,000 at most, and what gives way is counted for an alert', () => {
    outbox.configure(['siem']);
    const letters = makeEntries(10_003).map((entry, index) => ({
      entry: { ...entry, seq: index + 1, severity: index % 2 === 0 ? 99 : 21 },
      reason: '400 no',
    }));
    outbox.settle('siem', { cursor: 0, delivered: 0, filtered: 0, rejected: letters });
    expect(desk.totals().deadLetters).toBe(10_000);
    expect(outbox.hasDrops()).toBe(true);
    outbox.announceDrops((drops) => {
      expect(drops).toEqual([
        { destination: 'siem', severity: 21, reason: 'dead-letter', count: 1 },
        { destination: 'siem', severity: 99, reason: 'dead-letter', count: 2 },
      ]);
      return makeEntry(0);
    });
    expect(outbox.hasDrops()).toBe(false);
    // Refused is what becomes of them in the sum; they are not dropped as well.
    expect(desk.destinations()).toMatchObject([{ rejected: 10_003, dropped: 0 }]);
  });
});

describe('a request to try again', () => {
  it('reaches the agent once', () => {
    outbox.configure(['one', 'two']);
    expect(desk.requestRetry(['two', 'nowhere'])).toEqual(['two']);
    expect(outbox.takeRetryRequests()).toEqual(['two']);
    expect(outbox.takeRetryRequests()).toEqual([]);
  });
});

describe('counts', () => {
  it('add up for every destination, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('put' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ what: fc.constant('settle' as const), name: fc.constantFrom('one', 'two') }),
      fc.record({ what: fc.constant('reject' as const), name: fc.constantFrom('one', 'two') }),
      fc.record({ what: fc.constant('requeue' as const) }),
      fc.record({ what: fc.constant('shrink' as const), keep: fc.integer({ min: 0, max: 6 }) }),
      fc.record({ what: fc.constant('add destination' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const own = Store.openTemporary();
        const queue = new OutboxTable(own);
        const table = new OutboxDesk(own);
        queue.configure(['one', 'two']);
        let put = 0;
        for (const each of steps) {
          if (each.what === 'put') {
            queue.add(makeEntries(each.count, put));
            put += each.count;
          } else if (each.what === 'requeue') table.requeue(undefined);
          else if (each.what === 'add destination') queue.configure(['one', 'two', 'three']);
          else if (each.what === 'shrink') {
            queue.shrink({ ...noLimits, maxBytes: each.keep * 300 }, [], (name) => name !== 'two');
          } else {
            const entries = queue.read(each.name, queue.cursor(each.name), { ...everything, maxEntries: 3 });
            const cursor = entries.at(-1)?.seq ?? queue.cursor(each.name);
            const rejected = each.what === 'reject' ? entries.map((entry) => ({ entry, reason: 'no' })) : [];
            const delivered = entries.length - rejected.length;
            queue.settle(each.name, { cursor, delivered, filtered: 0, rejected });
          }
        }
        for (const counts of table.destinations()) {
          const { offered, requeued, delivered, filtered, rejected, dropped, waiting } = counts;
          expect(delivered + filtered + rejected + dropped + waiting).toBe(offered + requeued);
        }
        const rows = own.connection.prepare('SELECT count(*) n, coalesce(sum(bytes), 0) b FROM outbox').get();
        expect(rows).toEqual({ n: queue.totals().entries, b: queue.totals().bytes });
        own.close();
      }),
      { numRuns: 40 },
    );
  });
});
