import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Drop } from '../../src/forward/index.ts';
import { OutboxDesk, OutboxTable, Store } from '../../src/store/index.ts';
import { makeEntry } from '../support/outbox-entry.ts';

const everything = { maxEntries: 1_000, maxBytes: 10_000_000 };
const maxAgeMs = 10_000;
/** Documents differ by a few digits at most. */
const entryBytes = Buffer.byteLength(makeEntry(0).document) + 10;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-outbox-limits-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('put' as const),
      severities: fc.array(fc.constantFrom(21, 47, 73, 99), { minLength: 1, maxLength: 6 }),
    }),
  },
  /** A negative one is a step of the clock that the time was taken from. */
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: -5_000, max: 6_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('shrink' as const), keep: fc.integer({ min: 0, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ what: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'announce' as const }) },
);

interface Waiting {
  readonly id: string;
  readonly severity: number;
  readonly queuedMs: number;
}

it('gives up the oldest beyond the age, then the least severe and of them the oldest, over any restarts, and tells of all', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const path = join(folder, `${Math.random()}.db`);
      let store = Store.open(path);
      let queue = new OutboxTable(store);
      queue.configure(['siem']);
      let [waiting, nowMs, count, dropped, told]: [Waiting[], number, number, number, number] = [
        [],
        0,
        0,
        0,
        0,
      ];
      const tell = (): void =>
        queue.announceDrops((drops: readonly Drop[]) => {
          told += drops.reduce((sum, drop) => sum + drop.count, 0);
          const entry = makeEntry(count++, { severity: 99 });
          waiting.push({ id: entry.eventId, severity: 99, queuedMs: nowMs });
          return entry;
        });
      for (const each of steps) {
        switch (each.what) {
          case 'put': {
            const entries = each.severities.map((severity) => makeEntry(count++, { severity }));
            queue.add(entries);
            waiting.push(...entries.map(({ eventId: id, severity }) => ({ id, severity, queuedMs: nowMs })));
            break;
          }
          case 'pass':
            queue.advanceClock(each.ms);
            nowMs += Math.max(0, each.ms);
            break;
          case 'restart':
            store.close();
            store = Store.open(path);
            queue = new OutboxTable(store);
            queue.configure(['siem']);
            break;
          case 'announce':
            tell();
            break;
          case 'shrink': {
            const maxBytes = each.keep * entryBytes;
            const drops = queue.shrink({ maxBytes, maxAgeMs }, [], () => true);
            const left = new Set(queue.read('siem', 0, everything).map(({ eventId }) => eventId));
            const gone = waiting.filter(({ id }) => !left.has(id));
            const fresh = waiting.filter(({ queuedMs }) => queuedMs >= nowMs - maxAgeMs);
            expect(gone).toEqual(expect.arrayContaining(waiting.filter((entry) => !fresh.includes(entry))));
            const bySize = fresh.filter(({ id }) => !left.has(id));
            const ranked = [...fresh].sort((a, b) => a.severity - b.severity);
            // What went is the beginning of the rank: sorting keeps the order of age among equals.
            expect(new Set(bySize)).toEqual(new Set(ranked.slice(0, bySize.length)));
            expect(queue.totals().bytes).toBeLessThanOrEqual(maxBytes);
            if (fresh.length * entryBytes <= maxBytes) expect(bySize).toEqual([]);
            expect(drops.reduce((sum, drop) => sum + drop.count, 0)).toBe(gone.length);
            dropped += gone.length;
            waiting = waiting.filter(({ id }) => left.has(id));
          }
        }
      }
      tell();
      expect(told).toBe(dropped);
      expect(queue.hasDrops()).toBe(false);
      expect(new OutboxDesk(store).destinations()).toMatchObject([
        { offered: count, dropped, waiting: waiting.length },
      ]);
      store.close();
    }),
    { numRuns: 60 },
  );
});
