import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SourceNotices } from '../../src/agent/source-notices.ts';
import type { OutboxEntry } from '../../src/forward/index.ts';
import type { Log } from '../../src/log/index.ts';
import type { LiveNotice, LiveStats } from '../../src/source/index.ts';

const startMs = Date.parse('2026-03-01T10:00:00Z');
const minuteMs = 60_000;
const agent = { version: '1.2.3', hostName: 'PC-7', hostId: undefined };

let nowMs = startMs;
let told: OutboxEntry[] = [];
const logged: unknown[] = [];
const log: Log = {
  error: () => undefined,
  warn: (_, fields) => logged.push(fields),
  info: () => undefined,
  debug: () => undefined,
  child: () => log,
};

beforeEach(() => {
  nowMs = startMs;
  told = [];
});

function open(): SourceNotices {
  return new SourceNotices({ put: (entry) => told.push(entry), clock: { nowMs: () => nowMs }, agent, log });
}

function at(offsetMs = 0): string {
  return new Date(startMs + offsetMs).toISOString();
}

function documents(): Record<string, unknown>[] {
  return told.map(({ document }) => JSON.parse(document) as Record<string, unknown>);
}

const stopped: LiveNotice = {
  source: 'etw',
  kind: 'session-stopped',
  timestamp: at(),
  session: 'ProblemChild-Classic',
  cause: 'Win32 error 1223',
};

function stats(counts: Partial<Record<'failed' | 'failedVersion' | 'dropped', number>>): LiveStats {
  const counters = { failed: 0, failedVersion: 0, dropped: 0, ...counts };
  return { captures: { etw: counters }, duplicates: 0 } as unknown as LiveStats;
}

describe('what a source says about itself', () => {
  it('is an alert of high severity where somebody stopped the tracing session', () => {
    open().take(stopped);
    const [entry] = told;
    expect(entry).toMatchObject({ kind: 'alert', severity: 73, ruleId: 'problemchild-capture-stopped' });
    expect(documents()[0]).toMatchObject({
      '@timestamp': at(),
      event: {
        id: entry?.eventId,
        kind: 'alert',
        dataset: 'problemchild.alert',
        severity: 73,
        action: 'source-session-stopped',
      },
      rule: { id: 'problemchild-capture-stopped' },
      threat: [{ tactic: { id: ['TA0005'] }, technique: { subtechnique: { id: ['T1562.006'] } } }],
      host: { name: 'PC-7' },
      problemchild: { source: { name: 'etw', session: 'ProblemChild-Classic', cause: 'Win32 error 1223' } },
    });
  });

  it.each<[LiveNotice, string, Record<string, unknown>]>([
    [
      { source: 'etw', kind: 'loss', timestamp: at(), events: 12, buffers: 3 },
      'medium',
      { events: 12, buffers: 3 },
    ],
    [
      { source: 'eventlog:Security', kind: 'gap', timestamp: at(), channel: 'Security', records: 40 },
      'medium',
      { channel: 'Security', records: 40 },
    ],
    [
      { source: 'etw', kind: 'blind', timestamp: at(), since: at(-minuteMs) },
      'low',
      { since: at(-minuteMs) },
    ],
    [
      { source: 'etw', kind: 'session-started', timestamp: at(), session: 'X', stoppedAt: at(-1_500) },
      'medium',
      { session: 'X', stopped_at: at(-1_500) },
    ],
    [
      { source: 'auto', kind: 'chosen', timestamp: at(), capture: 'etw', reason: 'Sysmon does not run' },
      'low',
      { capture: 'etw' },
    ],
  ])('is a health document otherwise: $kind', (notice, level, facts) => {
    open().take(notice);
    expect(told[0]).toMatchObject({ kind: 'health' });
    expect(documents()[0]).toMatchObject({
      event: { kind: 'event', dataset: 'problemchild.health', action: `source-${notice.kind}` },
      problemchild: { severity: level, source: { name: notice.source, notice: notice.kind, ...facts } },
    });
  });

  it('tells how long nobody watched, and not where the clock was set back', () => {
    const notices = open();
    notices.take({ source: 'etw', kind: 'blind', timestamp: at(), since: at(-90_000) });
    notices.take({ source: 'b', kind: 'blind', timestamp: at(), since: at(90_000) });
    const [sound, reversed] = documents().map(({ event }) => event as Record<string, unknown>);
    expect(sound).toMatchObject({ start: at(-90_000), end: at(), duration: 90_000 * 1_000_000 });
    expect(reversed).not.toHaveProperty('duration');
  });

  it('has the same id for the same notice, and another for another', () => {
    open().take(stopped);
    open().take(stopped);
    open().take({ ...stopped, timestamp: at(1) });
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('says nothing of a session that merely started', () => {
    const notices = open();
    notices.take({
      source: 'etw',
      kind: 'session-started',
      timestamp: at(),
      session: 'X',
      stoppedAt: undefined,
    });
    expect(told).toEqual([]);
    expect(notices.counts()).toEqual({ source_session_started: 1 });
  });

  it('cuts texts that others chose', () => {
    open().take({ source: 'e', kind: 'sysmon-error', timestamp: at(), text: 'x'.repeat(100_000) });
    expect(told[0]!.document.length).toBeLessThan(4_000);
  });

  it('reports events that were not read as they grow', () => {
    const notices = open();
    notices.tick(stats({}));
    expect(told).toEqual([]);
    notices.tick(stats({ failed: 5, failedVersion: 3, dropped: 7 }));
    notices.tick(stats({ failed: 5, failedVersion: 3, dropped: 7 }));
    expect(documents().map(({ problemchild }) => problemchild)).toMatchObject([
      { source: { notice: 'unread', unknown_versions: 3, failed: 2, dropped: 7 } },
    ]);
    notices.tick(stats({ failed: 5, failedVersion: 3, dropped: 9 }));
    notices.flush(undefined);
    expect(notices.counts()).toEqual({ source_unread: 2, source_unread_records: 14 });
    expect(documents().at(-1)).toMatchObject({
      problemchild: { source: { dropped: 2, unknown_versions: 0 } },
    });
  });
});

describe('however often it happens', () => {
  it('a session that is stopped every second for an hour makes one alert at once and one in five minutes', () => {
    const notices = open();
    for (let second = 0; second < 3_600; second++) {
      nowMs = startMs + second * 1_000;
      notices.take({ ...stopped, timestamp: at(second * 1_000) });
      if (second % 60 === 0) notices.tick(undefined);
    }
    notices.flush(undefined);
    expect(told.length).toBeLessThanOrEqual(14);
    const counted = documents().map(
      ({ problemchild }) => (problemchild as { source: { count: number } }).source.count,
    );
    expect(counted.reduce((sum, count) => sum + count)).toBe(3_600);
    expect(counted[0]).toBe(1);
  });

  it('two sessions do not hide each other', () => {
    const notices = open();
    notices.take(stopped);
    notices.take({ ...stopped, session: 'ProblemChild-Manifest' });
    expect(told).toHaveLength(2);
  });

  it('a gap of unknown size makes the sum unknown', () => {
    const notices = open();
    const gap = (records: number | undefined): LiveNotice => ({
      source: 'e',
      kind: 'gap',
      timestamp: at(),
      channel: 'c',
      records,
    });
    for (const records of [1, 2, undefined]) notices.take(gap(records));
    notices.flush(undefined);
    expect(documents()[1]).toMatchObject({ problemchild: { source: { count: 2 } } });
    expect((documents()[1]!['problemchild'] as { source: object }).source).not.toHaveProperty('records');
  });

  it('every lost event is told exactly once', () => {
    const step = fc.record({
      waitMs: fc.oneof(fc.constant(0), fc.nat(400_000)),
      events: fc.nat(1_000),
      ticks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        nowMs = startMs;
        told = [];
        const notices = open();
        for (const { waitMs, events, ticks } of steps) {
          nowMs += waitMs;
          const timestamp = new Date(nowMs).toISOString();
          notices.take({ source: 'etw', kind: 'loss', timestamp, events, buffers: 0 });
          if (ticks) notices.tick(undefined);
        }
        notices.flush(undefined);
        const sources = documents().map(
          ({ problemchild }) => (problemchild as { source: { events: number; count: number } }).source,
        );
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(sources.map(({ events }) => events))).toBe(sum(steps.map(({ events }) => events)));
        expect(sum(sources.map(({ count }) => count))).toBe(steps.length);
        expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(told.length);
        expect(notices.counts()['source_loss'] ?? 0).toBe(steps.length);
      }),
    );
  });
});
