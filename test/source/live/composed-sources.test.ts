import { describe, expect, test } from 'vitest';
import { AutoSource, type Choice } from '../../../src/source/auto.ts';
import type { SourceBatch } from '../../../src/source/index.ts';
import type { LiveNotice } from '../../../src/source/live-notice.ts';
import { MergedSource } from '../../../src/source/merged.ts';
import { batchOf, kernelStart, ScriptedSource, sysmonStart } from './live-fakes.ts';

const clock = { nowMs: () => Date.now() };

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
    const merged = new MergedSource(kernel, sysmon, clock);
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
    const iterator = new MergedSource(kernel, sysmon, clock).batches({ batchSize: 512, signal: stop.signal });
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
    const behind = await drain(new MergedSource(kernel, sysmon, clock).batches({ batchSize: 512 }));
    expect(behind.map(({ hasMore }) => hasMore)).toEqual(behind.map(() => true));
    const quiet = new MergedSource(kernel, new ScriptedSource('eventlog:S', []), clock);
    const batches = await drain(quiet.batches({ batchSize: 512 }));
    expect(batches.map(({ hasMore }) => hasMore)).toEqual(batches.map(() => false));
  });

  test('a reader that leaves ends both', async () => {
    const kernel = new ScriptedSource('etw', [batchOf([kernelStart(8, 0)], 'k1')], false);
    const sysmon = new ScriptedSource('eventlog:S', [], false);
    for await (const _ of new MergedSource(kernel, sysmon, clock).batches({ batchSize: 512 })) break;
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
      { 'eventlog:S': 's1' },
      { 'eventlog:S': 's1', etw: 'k1' },
    ]);
    expect(notices.map((notice) => notice.kind === 'chosen' && notice.capture)).toEqual(['sysmon', 'etw']);
    expect(sources.sysmon.resumedAt).toEqual(['s0']);
    expect(sources.etw.resumedAt).toEqual([undefined]);
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
