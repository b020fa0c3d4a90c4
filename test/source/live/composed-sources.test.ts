import { describe, expect, test } from 'vitest';
import { AutoSource, type Choice } from '../../../src/source/auto.ts';
import type { SourceBatch } from '../../../src/source/index.ts';
import type { LiveNotice } from '../../../src/source/live-notice.ts';
import { MergedSource } from '../../../src/source/merged.ts';
import { batchOf, countersOf, kernelStart, ScriptedSource, sysmonStart } from './live-fakes.ts';

const startMs = Date.UTC(2024, 4, 2);
const clock = { nowMs: () => startMs };

function at(offsetMs: number): string {
  return new Date(startMs + offsetMs).toISOString();
}

async function drain(batches: AsyncIterable<SourceBatch>): Promise<SourceBatch[]> {
  const all: SourceBatch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('etw and Sysmon at once', () => {
  test('each start once, every record accounted for, both bookmarks kept', async () => {
    const kernel = new ScriptedSource('etw', [
      batchOf([kernelStart(8, 0), kernelStart(12, 1)], 'k1'),
      batchOf([kernelStart(16, 300)], 'k2'),
    ]);
    const sysmon = new ScriptedSource('eventlog:S', [
      batchOf([sysmonStart(8, 0)], 's1'),
      batchOf([sysmonStart(16, 300)], 's2'),
    ]);
    const merged = new MergedSource(kernel, sysmon);
    const batches = await drain(
      merged.batches({ batchSize: 512, bookmark: JSON.stringify({ etw: 'k0', 'eventlog:S': 's0' }) }),
    );
    const events = batches.flatMap((batch) => batch.events);
    expect(events.map((event) => event.id).filter((id) => id.startsWith('sysmon')).length).toBe(2);
    expect(events).toHaveLength(3);
    for (const batch of batches) {
      expect(batch.recordsRead).toBe(batch.events.length + batch.filtered + batch.rejections.length);
    }
    expect(batches.reduce((sum, batch) => sum + batch.recordsRead, 0)).toBe(5);
    expect(merged.stats().duplicates).toBe(2);
    expect(JSON.parse(batches.at(-1)!.bookmark)).toEqual({ etw: 'k2', 'eventlog:S': 's2' });
    expect([kernel.resumedAt, sysmon.resumedAt]).toEqual([['k0'], ['s0']]);
  });

  test('what waits alone is handed over though nothing else comes', async () => {
    const kernel = new ScriptedSource('etw', [batchOf([kernelStart(8, 0)], 'k1')], false);
    const sysmon = new ScriptedSource('eventlog:S', [], false);
    const stop = new AbortController();
    const iterator = new MergedSource(kernel, sysmon).batches({ batchSize: 512, signal: stop.signal });
    const seen: SourceBatch[] = [];
    for await (const batch of iterator) {
      seen.push(batch);
      if (batch.events.length > 0) stop.abort();
    }
    expect(seen.flatMap((batch) => batch.events)).toHaveLength(1);
    expect([kernel.ended, sysmon.ended]).toEqual([true, true]);
  });

  test('more waits as long as it does in one of them', async () => {
    const more = (
      hasMore: boolean,
      at: number,
      kind: typeof kernelStart | typeof sysmonStart,
    ): SourceBatch => ({
      ...batchOf([kind(at, at * 1_000)], String(at)),
      hasMore,
    });
    const sysmon = new ScriptedSource('eventlog:S', [more(true, 8, sysmonStart)]);
    const kernel = new ScriptedSource('etw', [more(false, 12, kernelStart), more(false, 16, kernelStart)]);
    const behind = await drain(new MergedSource(kernel, sysmon).batches({ batchSize: 512 }));
    const [first, ...later] = behind.map(({ hasMore }) => hasMore);
    expect(first).toBe(true);
    // It has ended: what it said last is over.
    expect(later.at(-1)).toBe(false);
    const quiet = new MergedSource(kernel, new ScriptedSource('eventlog:S', []));
    const batches = await drain(quiet.batches({ batchSize: 512 }));
    expect(batches.map(({ hasMore }) => hasMore)).toEqual(batches.map(() => false));
  });

  test('a reader that leaves ends both', async () => {
    const kernel = new ScriptedSource('etw', [batchOf([kernelStart(8, 0)], 'k1')], false);
    const sysmon = new ScriptedSource('eventlog:S', [], false);
    for await (const _ of new MergedSource(kernel, sysmon).batches({ batchSize: 512 })) break;
    expect([kernel.ended, sysmon.ended]).toEqual([true, true]);
  });
});

describe('auto', () => {
  test('changes to the other capture when the choice does, and resumes each where it was', async () => {
    const sources = {
      sysmon: new ScriptedSource('eventlog:S', [batchOf([sysmonStart(8, 0)], 's1')], false),
      etw: new ScriptedSource('etw', [batchOf([kernelStart(12, 100)], 'k1')]),
    };
    const choices: Choice['capture'][] = ['sysmon', 'sysmon', 'etw'];
    let asked = 0;
    const notices: LiveNotice[] = [];
    const auto = new AutoSource({
      open: (capture) => sources[capture],
      choose: () => ({ capture: choices[Math.min(asked++, 2)]!, reason: 'because' }),
      onNotice: (notice) => notices.push(notice),
      clock,
      recheckMs: 10,
    });
    const batches = await drain(
      auto.batches({ batchSize: 512, bookmark: JSON.stringify({ 'eventlog:S': 's0' }) }),
    );
    expect(batches.map((batch) => JSON.parse(batch.bookmark))).toEqual([
      { 'eventlog:S': 's1', etw: at(0) },
      { 'eventlog:S': 's1', etw: 'k1' },
    ]);
    expect(notices.map((notice) => notice.kind === 'chosen' && notice.capture)).toEqual(['sysmon', 'etw']);
    expect(sources.sysmon.resumedAt).toEqual(['s0']);
    expect(sources.etw.resumedAt).toEqual([at(0)]);
  });

  test('event tracing goes by the time Sysmon was last seen to watch, not by its own last record', async () => {
    const day = 86_400_000;
    let nowMs = startMs;
    const etw = new ScriptedSource('etw', [batchOf([kernelStart(12, 100)], 'k1')]);
    const sysmon = new ScriptedSource('eventlog:S', [batchOf([sysmonStart(8, 0)], 's1')], false);
    let asked = 0;
    const auto = new AutoSource({
      open: (capture) => (capture === 'etw' ? etw : sysmon),
      choose: () => {
        asked++;
        if (asked === 2) nowMs = startMs + 29 * day;
        if (asked === 3) nowMs += 30_000;
        return { capture: asked < 3 ? 'sysmon' : 'etw', reason: 'because' };
      },
      onNotice: () => undefined,
      clock: { nowMs: () => nowMs },
      recheckMs: 10,
    });
    await drain(
      auto.batches({ batchSize: 512, bookmark: JSON.stringify({ etw: at(-day), 'eventlog:S': 's0' }) }),
    );
    expect(etw.resumedAt).toEqual([at(29 * day)]);
  });

  test('what event tracing told before Sysmon was found to run again is not told twice', async () => {
    const etw = new ScriptedSource(
      'etw',
      [batchOf([kernelStart(8, 0.4), kernelStart(12, 100.2)], 'k1')],
      false,
    );
    const told = [sysmonStart(8, 0), sysmonStart(12, 400), sysmonStart(16, 500)];
    const sysmon = new ScriptedSource('eventlog:S', [batchOf(told, 's1')]);
    let asked = 0;
    const auto = new AutoSource({
      open: (capture) => (capture === 'etw' ? etw : sysmon),
      choose: () => ({ capture: asked++ === 0 ? 'etw' : 'sysmon', reason: 'because' }),
      onNotice: () => undefined,
      clock,
      recheckMs: 10,
    });
    const [, batch] = await drain(auto.batches({ batchSize: 512 }));
    expect(batch?.events.map(({ id }) => id)).toEqual(['sysmon-12-400', 'sysmon-16-500']);
    expect(batch).toMatchObject({ recordsRead: 3, filtered: 1 });
    expect(auto.stats().duplicates).toBe(1);
  });

  test('what a closed capture counted stays in the totals', async () => {
    const sources = {
      sysmon: new ScriptedSource('eventlog:S', [batchOf([sysmonStart(8, 0)], 's1')], false, {
        S: countersOf({ received: 9, decoded: 9, delivered: 4, dropped: 2, queued: 3 }),
      }),
      etw: new ScriptedSource('etw', [batchOf([kernelStart(12, 100)], 'k1')], false, {
        etw: countersOf({ received: 5, decoded: 5, delivered: 5 }),
      }),
    };
    const choices: Choice['capture'][] = ['etw', 'sysmon', 'sysmon', 'etw'];
    let asked = 0;
    const auto = new AutoSource({
      open: (capture) => sources[capture],
      choose: () => ({ capture: choices[Math.min(asked++, 3)]!, reason: 'because' }),
      onNotice: () => undefined,
      clock,
      recheckMs: 10,
    });
    const stop = new AbortController();
    let batches = 0;
    for await (const _ of auto.batches({ batchSize: 512, signal: stop.signal }))
      if (++batches === 3) stop.abort();
    const { S, etw } = auto.stats().captures;
    expect(S).toMatchObject({ received: 9, decoded: 9, delivered: 4, dropped: 5, queued: 0 });
    expect(etw).toMatchObject({
      received: 10,
      decoded: 10,
      delivered: 10,
      facts: { sha256: { captured: 2 } },
    });
  });

  test('a bookmark of another source counts as none', async () => {
    const source = new ScriptedSource('etw', []);
    const auto = new AutoSource({
      open: () => source,
      choose: () => ({ capture: 'etw', reason: 'because' }),
      onNotice: () => undefined,
      clock,
    });
    await drain(auto.batches({ batchSize: 512, bookmark: 'not JSON' }));
    expect(source.resumedAt).toEqual([undefined]);
  });
});
