import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openForwarding } from '../../src/agent/forwarding.ts';
import { phaseOf, startHeartbeat } from '../../src/agent/heartbeat.ts';
import { Tally } from '../../src/agent/tally.ts';
import { loadConfig } from '../../src/config/index.ts';
import { Store } from '../../src/store/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeEntry } from '../support/outbox-entry.ts';

const everyMs = 300_000;

describe('a heartbeat', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function open(interval: () => number) {
    const store = Store.openTemporary();
    const log = createMemoryLog();
    const config = loadConfig({ env: { PC_FORWARD_RECORD: 'false' } }).config;
    const forwarding = await openForwarding({ config, env: {} }, store, log);
    const heartbeat = startHeartbeat({
      store,
      forwarding: () => forwarding,
      tally: new Tally(),
      modelHash: () => '',
      problems: () => [],
      counters: () => ({}),
      responseMode: () => 'audit',
      clock: { nowMs: Date.now },
      everyMs: interval,
      log,
    });
    return { store, log, heartbeat, outbox: forwarding.outbox, count: () => forwarding.outbox.totals().put };
  }

  it('comes in the phase of its host, then in the interval that is in force, from when it changes', async () => {
    let interval = everyMs;
    const { store, heartbeat, count } = await open(() => interval);
    const phaseMs = phaseOf(hostname(), everyMs);
    vi.advanceTimersByTime(Math.max(0, phaseMs - 1));
    expect(count()).toBe(0);
    vi.advanceTimersByTime(1_001);
    expect(count()).toBe(1);
    vi.advanceTimersByTime(20_000);
    interval = 10_000;
    vi.advanceTimersByTime(1_000);
    expect(count()).toBe(2);
    vi.advanceTimersByTime(30_000);
    expect(count()).toBe(5);
    heartbeat.stop();
    store.close();
  });

  it('counts what was never taken in with what destinations lost', async () => {
    const { store, heartbeat, outbox } = await open(() => everyMs);
    outbox.configure(['siem']);
    outbox.noteDrops([{ destination: '*', severity: 99, reason: 'disk', count: 7 }]);
    outbox.add([makeEntry(0), makeEntry(1)]);
    outbox.shrink({ maxBytes: 0, maxAgeMs: everyMs }, [], () => true);
    heartbeat.beat();
    const [entry] = outbox.read('siem', 0, { maxEntries: 1, maxBytes: 1e6 });
    expect(JSON.parse(entry!.document)).toMatchObject({
      problemchild: { health: { outbox: { dropped: 9 } } },
    });
    heartbeat.stop();
    store.close();
  });

  it('that cannot be queued is told to the log', async () => {
    const { store, log, heartbeat } = await open(() => everyMs);
    store.close();
    heartbeat.beat();
    expect(log.lines.map(({ message }) => message)).toEqual(['A heartbeat could not be queued']);
    heartbeat.stop();
  });
});

describe('the phase of a heartbeat', () => {
  it('is the same for a host, however its name is written, and within the interval', () => {
    for (const name of ['WS-0417', '', 'ß-host', 'x'.repeat(255)]) {
      const phaseMs = phaseOf(name, everyMs);
      expect(phaseOf(name.toLowerCase(), everyMs)).toBe(phaseMs);
      expect(phaseMs).toBeGreaterThanOrEqual(0);
      expect(phaseMs).toBeLessThan(everyMs);
      expect(phaseOf(name, 10_000)).toBeLessThan(10_000);
    }
  });

  it('spreads 50,000 hosts: no second has more than twice its share', () => {
    const seconds = new Array<number>(300).fill(0);
    for (let host = 0; host < 50_000; host++) {
      const second = Math.floor(phaseOf(`WS-${String(host).padStart(5, '0')}`, everyMs) / 1_000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    expect(Math.max(...seconds)).toBeLessThan(2 * (50_000 / 300));
    expect(Math.min(...seconds)).toBeGreaterThan(0);
  });
});
