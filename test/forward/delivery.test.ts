import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryFailure, type Destination, type SendResult } from '../../src/forward/destination.ts';
import {
  Forwarder,
  type ForwarderOptions,
  isFailing,
  type OutboxEntry,
  type OutboxLimits,
  type QueuedEntry,
} from '../../src/forward/index.ts';
import { OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeEntries, makeEntry } from '../support/outbox-entry.ts';

type Answer = (entries: readonly QueuedEntry[], signal: AbortSignal) => SendResult | Promise<SendResult>;

/** A receiver that does what a test says, and remembers what it has. */
class Receiver implements Destination {
  readonly batches: string[][] = [];
  readonly has: string[] = [];
  answer: Answer = takeAll;
  closed = false;

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    this.batches.push(entries.map(({ eventId }) => eventId));
    const result = await this.answer(entries, signal);
    for (const [index, { eventId }] of entries.entries()) {
      if (result.verdicts[index] === 'delivered') this.has.push(eventId);
    }
    return result;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

const takeAll: Answer = (entries) => ({ verdicts: entries.map(() => 'delivered') });
const down: Answer = () => {
  throw new DeliveryFailure('siem:443: connection refused', { code: 'ECONNREFUSED', peer: 'siem:443' });
};

let store: Store;
let queue: OutboxTable;
let timers: FakeTimers;
const log = createMemoryLog();
let running: Forwarder | undefined;

beforeEach(() => {
  store = Store.openTemporary();
  queue = new OutboxTable(store);
  timers = new FakeTimers();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  store.close();
});

function build(receivers: Record<string, Receiver>, changes: Partial<ForwarderOptions> = {}): Forwarder {
  const limits: OutboxLimits = { maxBytes: 1e9, maxAgeMs: 1e9 };
  return new Forwarder({
    queue,
    routes: Object.entries(receivers).map(([name, destination]) => ({
      name,
      destination,
      accepts: () => true,
    })),
    limits,
    batch: { maxEntries: 4, maxBytes: 1_000_000, maxAgeMs: 200 },
    backoff: { minMs: 1_000, maxMs: 60_000 },
    timeoutMs: 30_000,
    timers,
    clock: { nowMs: () => Date.UTC(2026, 10, 18) + timers.nowMs() },
    random: () => 0.5,
    log,
    agent: { version: '0.1.0', hostName: 'WS-0417', hostId: undefined },
    ...changes,
  });
}

function start(receivers: Record<string, Receiver>, changes: Partial<ForwarderOptions> = {}): Forwarder {
  running = build(receivers, changes);
  running.start();
  return running;
}

function put(entries: readonly OutboxEntry[]): void {
  queue.add(entries);
  running?.wake();
}

const idsOf = (first: number, last: number): string[] =>
  makeEntries(last - first + 1, first).map(({ eventId }) => eventId);

describe('a delivery', () => {
  it('sends full batches at once, and the rest when it has waited', async () => {
    const receiver = new Receiver();
    start({ siem: receiver });
    put(makeEntries(6));
    await timers.settle();
    expect(receiver.batches).toEqual([idsOf(0, 3)]);
    await timers.pass(199);
    expect(receiver.batches).toHaveLength(1);
    await timers.pass(2);
    expect(receiver.batches[1]).toEqual(idsOf(4, 5));
    expect(queue.totals().entries).toBe(0);
  });

  it('backs off while a receiver is down, does not disturb the others, and loses nothing', async () => {
    const broken = new Receiver();
    const healthy = new Receiver();
    broken.answer = down;
    const forwarder = start({ broken, healthy });
    put(makeEntries(8));
    await timers.pass(60_000);
    expect(healthy.has).toEqual(idsOf(0, 7));
    // 500 ms, 1 s, 2 s, … 30 s: half of the ceiling, as `random` says.
    expect(broken.batches.length).toBeGreaterThan(5);
    expect(broken.batches.length).toBeLessThan(9);
    expect(forwarder.status.find(({ name }) => name === 'broken')).toMatchObject({
      state: 'waiting',
      lastFailure: 'siem:443: connection refused',
    });
    broken.answer = takeAll;
    await timers.pass(120_000);
    expect(broken.has).toEqual(idsOf(0, 7));
    expect(queue.totals().entries).toBe(0);
  });

  it('honours Retry-After', async () => {
    const receiver = new Receiver();
    receiver.answer = () => {
      throw new DeliveryFailure('busy', { code: 'HTTP 429', retryAfterMs: 40_000 });
    };
    start({ siem: receiver });
    put(makeEntries(4));
    await timers.pass(40_000);
    expect(receiver.batches).toHaveLength(1);
    await timers.pass(2_000);
    expect(receiver.batches).toHaveLength(2);
  });

  it('can be told to try now', async () => {
    const receiver = new Receiver();
    receiver.answer = () => {
      throw new DeliveryFailure('busy', { code: 'HTTP 429', retryAfterMs: 3_000_000 });
    };
    start({ siem: receiver });
    put(makeEntries(4));
    await timers.pass(5_000);
    receiver.answer = takeAll;
    new OutboxDesk(store).requestRetry(['siem']);
    await timers.pass(1_500);
    expect(receiver.has).toHaveLength(4);
  });

  it('sends again only what was not taken, before anything later', async () => {
    const receiver = new Receiver();
    let calls = 0;
    receiver.answer = (entries) => {
      calls++;
      if (calls > 1) return { verdicts: entries.map(() => 'delivered') };
      const failure = new DeliveryFailure('429', { code: 'HTTP 429' });
      return { verdicts: ['delivered', 'retry', 'delivered', 'retry'], failure };
    };
    start({ siem: receiver });
    put(makeEntries(8));
    await timers.settle();
    // Only what is before the first gap is done with, should the agent die now.
    expect(queue.cursor('siem')).toBe(queue.read('siem', 0, { maxEntries: 1, maxBytes: 1 })[0]!.seq - 1);
    await timers.pass(10_000);
    expect(receiver.batches.slice(0, 4)).toEqual([
      idsOf(0, 3),
      ['alert-00000001', 'alert-00000003'],
      idsOf(4, 7),
    ]);
    expect([...receiver.has].sort()).toEqual(idsOf(0, 7));
  });

  it('puts aside what will never be taken, goes on, and says so', async () => {
    const receiver = new Receiver();
    receiver.answer = (entries) => ({
      verdicts: entries.map(({ eventId }) =>
        eventId === 'alert-00000001' ? { rejected: '400 mapper_parsing_exception' } : 'delivered',
      ),
    });
    start({ siem: receiver });
    put(makeEntries(4));
    await timers.pass(5_000);
    expect(new OutboxDesk(store).deadLetters('siem', 9)).toMatchObject([
      { eventId: 'alert-00000001', reason: '400 mapper_parsing_exception' },
    ]);
    const notice = receiver.has.at(-1);
    expect(receiver.has).toEqual(['alert-00000000', 'alert-00000002', 'alert-00000003', notice]);
    expect(notice).toMatch(/^[0-9a-f]{32}$/);
  });

  it('finds the document that a receiver refuses a batch for', async () => {
    const receiver = new Receiver();
    receiver.answer = (entries) => {
      if (entries.some(({ eventId }) => eventId === 'alert-00000005')) {
        throw new DeliveryFailure('HTTP 413', { code: 'HTTP 413', scope: 'batch' });
      }
      return { verdicts: entries.map(() => 'delivered') };
    };
    start({ siem: receiver });
    put(makeEntries(12));
    await timers.pass(5_000);
    expect(receiver.has.slice(0, 11)).toEqual([...idsOf(0, 4), ...idsOf(6, 11)]);
    expect(new OutboxDesk(store).deadLetters(undefined, 9)).toMatchObject([{ eventId: 'alert-00000005' }]);
  });

  it('gives up on a stalled receiver after the time limit', async () => {
    const receiver = new Receiver();
    receiver.answer = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DeliveryFailure('stalled', { code: 'TIMEOUT' })));
      });
    const forwarder = start({ siem: receiver });
    put(makeEntries(4));
    await timers.pass(29_999);
    expect(forwarder.status[0]?.state).toBe('sending');
    await timers.pass(2);
    expect(forwarder.status[0]).toMatchObject({ state: 'waiting', lastFailure: 'stalled' });
  });

  it('survives a receiver that breaks its contract', async () => {
    const receiver = new Receiver();
    receiver.answer = () => {
      throw new TypeError('a bug \u001b[31m');
    };
    const forwarder = start({ siem: receiver });
    put(makeEntries(4));
    await timers.settle();
    expect(forwarder.status[0]?.lastFailure).toBe('TypeError: a bug \\x1b[31m');
    receiver.answer = takeAll;
    await timers.pass(5_000);
    expect(receiver.has).toEqual(idsOf(0, 3));
  });

  it('waits before it asks a receiver again that takes nothing and says nothing', async () => {
    const receiver = new Receiver();
    receiver.answer = (entries) => ({ verdicts: entries.map(() => 'retry') });
    const forwarder = start({ siem: receiver });
    put(makeEntries(4));
    await timers.settle();
    expect(receiver.batches).toHaveLength(1);
    expect(forwarder.status[0]).toMatchObject({ state: 'waiting', failures: 1 });
  });

  it('passes what is not meant for it', async () => {
    const receiver = new Receiver();
    const accepts = ({ severity }: OutboxEntry): boolean => severity >= 73;
    start({}, { routes: [{ name: 'siem', destination: receiver, accepts }] });
    put([makeEntry(0, { severity: 21 }), makeEntry(1), makeEntry(2, { severity: 21 })]);
    put(makeEntries(2, 10).map((entry) => ({ ...entry, severity: 21 })));
    await timers.pass(5_000);
    expect(receiver.has).toEqual(['alert-00000001']);
    expect(new OutboxDesk(store).destinations()).toMatchObject([{ delivered: 1, filtered: 4, waiting: 0 }]);
  });

  it('goes on from where it was after a restart', async () => {
    const first = new Receiver();
    await (async () => {
      const forwarder = start({ siem: first });
      put(makeEntries(4));
      await timers.pass(1_000);
      first.answer = down;
      put(makeEntries(4, 4));
      await timers.pass(1_000);
      await forwarder.stop();
      expect(first.closed).toBe(true);
    })();
    const second = new Receiver();
    start({ siem: second });
    await timers.pass(1_000);
    expect(second.has).toEqual(idsOf(4, 7));
  });

  it('goes on from where the one before ended, though it was there before that', async () => {
    const first = new Receiver();
    const before = start({ siem: first });
    const second = new Receiver();
    const after = build({ siem: second });
    put(makeEntries(4));
    await timers.pass(1_000);
    await before.stop();
    running = after;
    after.start();
    put(makeEntries(4, 4));
    await timers.pass(1_000);
    expect(first.has).toEqual(idsOf(0, 3));
    expect(second.has).toEqual(idsOf(4, 7));
  });

  it('ends where its receiver does not close, and is then known to get nothing there', async () => {
    const receiver = new Receiver();
    receiver.close = () => Promise.reject(new Error('no'));
    const forwarder = start({ siem: receiver });
    expect(forwarder.status.some(isFailing)).toBe(false);
    await forwarder.stop();
    expect(forwarder.status.every(isFailing)).toBe(true);
  });

  it('drains on request without waiting for batches to fill', async () => {
    const receiver = new Receiver();
    const forwarder = start({ siem: receiver });
    put(makeEntries(5));
    const drained = forwarder.drain(10_000);
    await timers.pass(1_100);
    expect(await drained).toBe(true);
    expect(receiver.has).toHaveLength(5);
  });

  it('goes on in memory while its progress cannot be saved', async () => {
    const receiver = new Receiver();
    let isFull = true;
    const limping = Object.create(queue) as OutboxTable;
    limping.settle = (...settlement) => {
      if (isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      queue.settle(...settlement);
    };
    const whole = [
      'configure',
      'cursor',
      'read',
      'add',
      'advanceClock',
      'shrink',
      'totals',
      'hasDrops',
    ] as const;
    for (const name of whole) limping[name] = queue[name].bind(queue) as never;
    limping.takeRetryRequests = () => [];
    start({ siem: receiver }, { queue: limping });
    put(makeEntries(8));
    await timers.pass(5_000);
    expect(receiver.has).toEqual(idsOf(0, 7));
    expect(queue.totals().entries).toBe(8);
    isFull = false;
    await timers.pass(2_000);
    expect(queue.totals().entries).toBe(0);
    expect(new OutboxDesk(store).destinations()).toMatchObject([{ delivered: 8, waiting: 0 }]);
  });
});

describe('limits', () => {
  it('are kept while a receiver is down, and what was dropped becomes one alert with counts', async () => {
    const receiver = new Receiver();
    receiver.answer = down;
    const size = Buffer.byteLength(makeEntry(0).document);
    start({ siem: receiver }, { limits: { maxBytes: 200 * size, maxAgeMs: 1e9 } });
    put(makeEntries(300).map((entry, index) => ({ ...entry, severity: index % 2 === 0 ? 99 : 21 })));
    await timers.pass(30_000);
    put(makeEntries(200, 300).map((entry) => ({ ...entry, severity: 21 })));
    await timers.pass(300_000);
    expect(queue.totals().bytes).toBeLessThanOrEqual(200 * size);
    receiver.answer = takeAll;
    await timers.pass(120_000);
    expect(queue.totals().entries).toBe(0);

    const [{ delivered, dropped, offered } = { delivered: 0, dropped: 0, offered: 0 }] = new OutboxDesk(
      store,
    ).destinations();
    expect(delivered + dropped).toBe(offered);
    // What was dropped is least severe or oldest; the critical ones stay.
    expect(receiver.has).toEqual(expect.arrayContaining(['alert-00000000', 'alert-00000298']));
    expect(receiver.has.filter((id) => /^[0-9a-f]{32}$/.test(id)).length).toBeGreaterThan(0);
  });

  it('tell those that stay what waited for a destination that was removed', async () => {
    const [siem, other] = [new Receiver(), new Receiver()];
    siem.answer = down;
    const before = start({ siem, other });
    put(makeEntries(4));
    await timers.pass(1_000);
    await before.stop();
    start({ other });
    await timers.pass(1_000);
    expect(other.has).toHaveLength(5);
    expect(log.lines.at(-1)).toMatchObject({
      level: 'error',
      fields: { drops: [{ destination: 'siem', severity: 73, reason: 'removed', count: 4 }] },
    });
  });

  it('let time go by whatever the time of day does', async () => {
    const receiver = new Receiver();
    receiver.answer = down;
    let stepMs = 0;
    const clock = { nowMs: () => Date.UTC(2026, 10, 18) + stepMs };
    start({ siem: receiver }, { limits: { maxBytes: 1e9, maxAgeMs: 100_000 }, clock });
    put(makeEntries(4));
    stepMs = 10 * 365 * 86_400_000;
    await timers.pass(50_000);
    stepMs = -10 * 365 * 86_400_000;
    await timers.pass(40_000);
    expect(queue.totals().entries).toBe(4);
  });
});
