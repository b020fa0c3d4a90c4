import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { failDiskOf, full, sound } from '../support/failing-disk.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

const everything = { maxEntries: 1_000, maxBytes: 1e9 };
const tables = ['outbox', 'outbox_totals', 'outbox_destination', 'outbox_drop', 'outbox_dead_letter'];

const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function open() {
  const store = Store.openTemporary();
  stores.push(store);
  return { store, outbox: new OutboxTable(store), desk: new OutboxDesk(store) };
}

/** Tries a commit, and so writes everything again, with every write. */
function openEnduring(maxBytes: number) {
  const opened = open();
  const disk = failDiskOf(opened.store);
  opened.store.endure({ onNotice: () => undefined, nowMs: () => 0, maxBytes, retryMs: 0 });
  return { ...opened, disk };
}

function settle(outbox: OutboxTable, destination: string, maxEntries = 1_000, isRefused = false): void {
  const entries = outbox.read(destination, outbox.cursor(destination), { ...everything, maxEntries });
  const cursor = entries.at(-1)?.seq;
  if (cursor === undefined) return;
  const rejected = isRefused ? entries.map((entry) => ({ entry, reason: 'no' })) : [];
  const delivered = entries.length - rejected.length;
  outbox.settle(destination, { cursor, delivered, filtered: 0, rejected });
}

describe('while the disk is full', () => {
  it('what was delivered, and time that passes, take no memory', () => {
    const { store, outbox, disk } = openEnduring(200_000);
    outbox.configure(['siem', 'record']);
    disk.failure = full;
    for (let index = 0; index < 600; index++) {
      outbox.add([makeEntry(index, { severity: 21 })]);
      settle(outbox, 'siem');
      settle(outbox, 'record');
      outbox.advanceClock(1_000);
      outbox.noteDrops([{ destination: 'siem', severity: 21, reason: 'size', count: 1 }]);
      if (index % 60 === 0) outbox.announceDrops(() => makeEntry(index + 10_000));
    }
    expect(store.isWaiting).toBe(true);
    expect(outbox.takeRefused().size).toBe(0);
    expect(store.connection.strain).toBeLessThan(0.2);
    disk.failure = sound;
  });

  it('numbers go on beyond what was delivered meanwhile, also for the next run', () => {
    const { store, outbox, disk } = openEnduring(10_000);
    outbox.configure(['siem']);
    disk.failure = full;
    for (let index = 0; index < 20; index++) {
      outbox.add([makeEntry(index, { severity: 99 })]);
      settle(outbox, 'siem');
    }
    disk.failure = sound;
    outbox.advanceClock(1);
    const next = Store.open(store.path);
    const again = new OutboxTable(next);
    again.add([makeEntry(100)]);
    expect(again.read('siem', again.cursor('siem'), everything)).toHaveLength(1);
    next.close();
  });

  it('what stays out is told where there is room for nothing else, and later where there is not even that', () => {
    const { store, outbox, disk } = openEnduring(200_000);
    outbox.configure(['siem']);
    disk.failure = full;
    const document = JSON.stringify({ filler: 'y'.repeat(1_000) });
    let count = 0;
    while (store.connection.strain < 0.95) outbox.add([makeEntry(count++, { severity: 99, document })]);
    outbox.add([makeEntry(count, { severity: 99 })]);
    expect([...outbox.takeRefused()]).toEqual([[99, 1]]);
    const drops = [{ destination: '*', severity: 99, reason: 'disk', count: 1 }] as const;
    outbox.noteDrops(drops);
    outbox.announceDrops((told) => makeEntry(1_000, { document: JSON.stringify(told) }));
    const told = (): unknown => JSON.parse(outbox.read('siem', 0, everything).at(-1)!.document);
    expect(told()).toEqual(drops);
    expect([outbox.hasDrops(), outbox.totals().dropped]).toEqual([false, 1]);

    outbox.noteDrops(drops);
    for (let index = 2_000; store.connection.strain < 1; index++) {
      outbox.announceDrops(() => makeEntry(index, { document }));
      outbox.noteDrops(drops);
    }
    outbox.announceDrops(() => makeEntry(3_000));
    expect(outbox.hasDrops()).toBe(true);
    expect(outbox.takeRefused().size).toBe(0);
    settle(outbox, 'siem');
    expect(store.connection.strain).toBeLessThan(0.1);
    outbox.announceDrops((again) => makeEntry(4_000, { document: JSON.stringify(again) }));
    expect([told(), outbox.hasDrops()]).toEqual([drops, false]);
    disk.failure = sound;
  });

  it('an entry is held until the last destination has it', () => {
    const { outbox, disk } = openEnduring(1e6);
    outbox.configure(['siem', 'record']);
    disk.failure = full;
    outbox.add(makeEntries(5));
    settle(outbox, 'siem');
    expect(outbox.held).toBe(5);
    settle(outbox, 'record');
    expect(outbox.held).toBe(0);
    disk.failure = sound;
  });
});

const name = fc.constantFrom('one', 'two', 'three');
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('put' as const),
      // So few that some come again when they have left.
      ids: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('settle' as const),
      name,
      count: fc.integer({ min: 1, max: 8 }),
      isRefused: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('shrink' as const), keep: fc.integer({ min: 0, max: 20 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('configure' as const),
      names: fc.uniqueArray(name, { maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('requeue' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('pass' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('announce' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const makeShort = (id: number) => makeEntry(id, { severity: 99, document: JSON.stringify({ id }) });

function run({ store, outbox, desk }: ReturnType<typeof open>, each: Step): void {
  switch (each.what) {
    case 'put':
      outbox.add(each.ids.map(makeShort));
      break;
    case 'settle':
      settle(outbox, each.name, each.count, each.isRefused);
      break;
    case 'shrink':
      outbox.shrink({ maxBytes: each.keep * 8, maxAgeMs: 10_000 }, [], () => true);
      break;
    case 'configure':
      outbox.configure(each.names);
      break;
    case 'requeue':
      desk.requeue(undefined);
      break;
    case 'pass':
      outbox.advanceClock(2_000);
      break;
    case 'announce':
      outbox.announceDrops((drops) => makeShort(100 + drops.length));
      break;
    case 'fail':
      expect(() =>
        store.transaction(() => {
          outbox.put([200, 201, 202].map(makeShort));
          throw new Error('a bug');
        }),
      ).toThrow('a bug');
  }
}

describe('the journal', () => {
  it('leads to the tables of a disk that has room, however often it is written again and gone through', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { minLength: 10, maxLength: 80 }),
        (before, during) => {
          const roomy = open();
          const enduring = openEnduring(200_000);
          const dump = ({ store }: typeof roomy): unknown[] =>
            tables.map((table) => store.connection.prepare(`SELECT * FROM ${table}`).all());
          for (const outbox of [roomy.outbox, enduring.outbox]) outbox.configure(['one', 'two']);
          for (const each of before) for (const one of [roomy, enduring]) run(one, each);
          enduring.disk.failure = full;
          for (const each of during) {
            for (const one of [roomy, enduring]) run(one, each);
            expect(dump(enduring)).toEqual(dump(roomy));
          }
          expect(enduring.outbox.takeRefused().size).toBe(0);
          enduring.disk.failure = sound;
          for (const one of [roomy, enduring]) one.outbox.advanceClock(1);
          expect(enduring.store.isWaiting).toBe(false);
          expect(dump(enduring)).toEqual(dump(roomy));
          for (const store of stores.splice(0)) store.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
