import type { OutboxEntry, QueuedEntry } from '../../src/forward/index.ts';

const startMs = Date.UTC(2026, 10, 18, 9, 41, 22);

/** The `n`-th alert of a run, with what a test says differs. */
export function makeEntry(n: number, changes: Partial<OutboxEntry> = {}): OutboxEntry {
  const eventId = changes.eventId ?? `alert-${String(n).padStart(8, '0')}`;
  const timeMs = changes.timeMs ?? startMs + n;
  const severity = changes.severity ?? 73;
  return {
    eventId,
    kind: 'alert',
    severity,
    ruleId: 'rule-1',
    timeMs,
    document: JSON.stringify({
      '@timestamp': new Date(timeMs).toISOString(),
      message: `alert ${n}`,
      event: { id: eventId, kind: 'alert', dataset: 'problemchild.alert', severity },
      rule: { id: 'rule-1', name: 'Rule one' },
      host: { name: 'WS-0417' },
      problemchild: { malicious_probability: 0.99 },
    }),
    ...changes,
  };
}

export function makeEntries(count: number, first = 0): OutboxEntry[] {
  return Array.from({ length: count }, (_, index) => makeEntry(first + index));
}

/** The same as if it came out of the queue. */
export function makeQueued(n: number, changes: Partial<OutboxEntry> = {}): QueuedEntry {
  return { seq: n, ...makeEntry(n, changes) };
}
