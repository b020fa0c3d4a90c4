import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryFailure, type SendResult, type Verdict } from '../../src/forward/destination.ts';
import { Forwarder, type OutboxLimits, type QueuedEntry } from '../../src/forward/index.ts';
import { type DestinationCounts, OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

type Answer = (entries: readonly QueuedEntry[]) => SendResult;

let store: Store;
let queue: OutboxTable;
let timers: FakeTimers;
let running: Forwarder | undefined;
let requests: string[][];
let has: string[];

beforeEach(() => {
  store = Store.openTemporary();
  queue = new OutboxTable(store);
  timers = new FakeTimers();
  requests = [];
  has = [];
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  store.close();
});

const receiver = { answer: ((entries) => takeAll(entries)) as Answer };

function start(limits: OutboxLimits = { maxBytes: 1e9, maxAgeMs: 1e9 }): Forwarder {
  running = new Forwarder({
    queue,
    routes: [
      {
        name: 'siem',
        accepts: ({ severity }) => severity > 0,
        destination: {
          async send(entries) {
            requests.push(entries.map(({ eventId }) => eventId));
            const result = receiver.answer(entries);
            has.push(
              ...entries.flatMap(({ eventId }, index) =>
                result.verdicts[index] === 'delivered' ? eventId : [],
              ),
            );
            return result;
          },
          close: async () => undefined,
        },
      },
    ],
    limits,
    batch: { maxEntries: 8, maxBytes: 1_000_000, maxAgeMs: 200 },
    backoff: { minMs: 1_000, maxMs: 60_000 },
    timeoutMs: 30_000,
    timers,
    clock: { nowMs: () => Date.UTC(2026, 10, 18) + timers.nowMs() },
    random: () => 0.5,
    log: createMemoryLog(),
    agent: { version: '0.1.0', hostName: 'WS-0417', hostId: undefined },
  });
  running.start();
  return running;
}

const takeAll: Answer = (entries) => ({ verdicts: entries.map(() => 'delivered') });
const refuseAll = (status: number): Answer => {
  return () => {
    const scope = status === 400 ? 'batch' : 'destination';
    throw new DeliveryFailure(`siem:443: HTTP ${status}`, { code: `HTTP ${status}`, scope });
  };
};
const isBad = ({ eventId }: QueuedEntry): boolean => eventId.startsWith('bad-');
const bad = (count: number) => Array.from({ length: count }, (_, n) => makeEntry(n, { eventId: `bad-${n}` }));
const idsOf = (first: number, last: number): string[] =>
  makeEntries(last - first + 1, first).map(({ eventId }) => eventId);
const ofTheTest = (ids: readonly string[]): string[] => ids.filter((id) => id.startsWith('alert-'));
const deadLetters = (): string[] =>
  new OutboxDesk(store).deadLetters('siem', 99).map(({ eventId }) => eventId);
const counts = (): DestinationCounts => new OutboxDesk(store).destinations()[0]!;

function expectReconciled(): void {
  const { offered, requeued, delivered, filtered, rejected, dropped, waiting } = counts();
  expect(delivered + filtered + rejected + dropped + waiting).toBe(offered + requeued);
}

describe('a document that a receiver always fails at', () => {
  /** As a firewall does that reads along. */
  const wholeRequest: Answer = (entries) => {
    if (entries.some(isBad)) throw new DeliveryFailure('siem:443: HTTP 403', { code: 'HTTP 403' });
    return takeAll(entries);
  };
  /** As `_bulk` does. */
  const itemByItem: Answer = (entries) => {
    const verdicts = entries.map((entry): Verdict => (isBad(entry) ? 'retry' : 'delivered'));
    const failure = new DeliveryFailure('siem:443: 500 fail_processor_exception', { code: 'HTTP 500' });
    return { verdicts, failure: entries.some(isBad) ? failure : undefined };
  };

  it.each([
    ['whole requests', 7, wholeRequest],
    ['items', 7, itemByItem],
    ['whole requests', 14, wholeRequest],
    ['items', 14, itemByItem],
  ])('holds up nothing behind it, where %s are refused and %i come in a row', async (_, count, answer) => {
    receiver.answer = answer;
    start();
    queue.add([...bad(count), ...makeEntries(40)]);
    await timers.pass(30 * 60_000);
    expect(ofTheTest(has).length).toBeGreaterThan(0);
    await timers.pass(2 * 60 * 60_000);
    expect(new Set(ofTheTest(has)).size).toBe(40);
    expectReconciled();
  });

  it('is given up where a window is full of what stands behind it', async () => {
    receiver.answer = itemByItem;
    start();
    queue.add([...bad(1), ...makeEntries(7)]);
    for (let n = 7; n < 31; n++) {
      await timers.pass(300_000);
      queue.add(makeEntries(1, n));
    }
    await timers.pass(300_000);
    expect(ofTheTest(has)).toHaveLength(31);
    expect(deadLetters()).toEqual(['bad-0']);
  });

  it.each([
    ['whole requests', wholeRequest],
    ['items', itemByItem],
  ])('is given up when others are taken, where %s are refused', async (_, answer) => {
    receiver.answer = answer;
    start();
    queue.add([...makeEntries(3), ...bad(3), ...makeEntries(40, 3)]);
    await timers.pass(300_000);
    expect(ofTheTest(has).sort()).toEqual(idsOf(0, 42));
    expect(deadLetters().sort()).toEqual(['bad-0', 'bad-1', 'bad-2']);
    expect(running?.status[0]).toMatchObject({ failures: 0 });
    expectReconciled();
  });

  it('holds up nothing that comes after it, though nothing waited when it was refused', async () => {
    receiver.answer = itemByItem;
    start();
    queue.add(bad(1));
    await timers.pass(30_000);
    for (let n = 0; n < 20; n++) {
      queue.add([makeEntry(n)]);
      await timers.pass(60_000);
      expect(ofTheTest(has)).toEqual(idsOf(0, n));
    }
    expect(deadLetters()).toEqual(['bad-0']);
  });

  it('is dropped when it is too old, and not sent again', async () => {
    receiver.answer = itemByItem;
    start({ maxBytes: 1e9, maxAgeMs: 120_000 });
    // What follows is not meant for this destination.
    queue.add([...bad(1), makeEntry(1, { severity: 0 })]);
    await timers.pass(119_000);
    expect(counts().dropped).toBe(0);
    await timers.pass(5_000);
    expect(counts().dropped).toBe(1);
    const sent = requests.length;
    await timers.pass(600_000);
    expect(requests.slice(sent).flat()).not.toContain('bad-0');
    expect(counts()).toMatchObject({ dropped: 1, filtered: 1, waiting: 0 });
    expectReconciled();
  });
});

describe('a receiver that is not well', () => {
  it.each([500, 403])('and answers %i to everything for an hour loses nothing', async (status) => {
    receiver.answer = refuseAll(status);
    start();
    queue.add(makeEntries(30));
    await timers.pass(3_600_000);
    expect(deadLetters()).toEqual([]);
    // With backoff: 60 s at most, half of it as `random` says.
    expect(requests.length).toBeLessThan(150);
    receiver.answer = takeAll;
    await timers.pass(120_000);
    expect(has.toSorted()).toEqual(idsOf(0, 29));
    expectReconciled();
  });

  it.each([401, 429, 503])('and answers %i keeps the order', async (status) => {
    receiver.answer = refuseAll(status);
    start();
    queue.add(makeEntries(30));
    await timers.pass(3_600_000);
    receiver.answer = takeAll;
    await timers.pass(120_000);
    expect(has).toEqual(idsOf(0, 29));
  });

  it('and takes nothing into one of its indices holds back all until it does', async () => {
    receiver.answer = (entries) => {
      const verdicts = entries.map((entry): Verdict => (isBad(entry) ? 'retry' : 'delivered'));
      const failure = new DeliveryFailure('siem:443: may not write to the index', { code: 'INDEX 403' });
      return { verdicts, failure: entries.some(isBad) ? failure : undefined };
    };
    start();
    queue.add([...bad(1), ...makeEntries(30)]);
    await timers.pass(3_600_000);
    expect([deadLetters(), ofTheTest(has)]).toEqual([[], idsOf(0, 6)]);
    receiver.answer = takeAll;
    await timers.pass(120_000);
    expect([has.includes('bad-0'), ofTheTest(has)]).toEqual([true, idsOf(0, 29)]);
  });

  it('and fails at random loses nothing', async () => {
    let seed = 1;
    receiver.answer = (entries) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % 10 < 3 ? refuseAll(500)(entries) : takeAll(entries);
    };
    start();
    queue.add(makeEntries(500));
    await timers.pass(3_600_000);
    expect(has).toHaveLength(500);
    expect(deadLetters()).toEqual([]);
  });

  it.each([
    ['a front end', refuseAll(400)],
    ['each document', ((entries) => ({ verdicts: entries.map(() => ({ rejected: 'no' })) })) as Answer],
  ])('and answers 400 to everything (%s) gets few dead letters, and time', async (_, answer) => {
    receiver.answer = answer;
    const forwarder = start();
    queue.add(makeEntries(500));
    await timers.pass(3_600_000);
    const given = deadLetters().length;
    expect(given).toBeLessThan(6);
    expect(forwarder.status[0]?.failures).toBeGreaterThan(20);
    expect(requests.length).toBeLessThan(150);
    receiver.answer = takeAll;
    await timers.pass(120_000);
    expect(ofTheTest(has)).toHaveLength(500 - given);
    expect(forwarder.status[0]?.failures).toBe(0);
    expectReconciled();
  });
});

it('a machine that slept for weeks sends what waited', async () => {
  receiver.answer = refuseAll(503);
  const forwarder = start({ maxBytes: 1e9, maxAgeMs: 14 * 86_400_000 });
  queue.add(makeEntries(20));
  await timers.pass(5_000);
  timers.sleep(15 * 86_400_000);
  receiver.answer = takeAll;
  forwarder.tick();
  await timers.pass(120_000);
  expect(ofTheTest(has)).toEqual(idsOf(0, 19));
  expect(counts()).toMatchObject({ dropped: 0, waiting: 0 });
});
