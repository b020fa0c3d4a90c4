import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostEvent } from '../../../src/event/index.ts';
import { StartMerger } from '../../../src/source/start-merger.ts';
import { kernelEnd, kernelStart, sysmonStart } from './live-fakes.ts';

function names(events: readonly HostEvent[]): string[] {
  return events.map((event) => `${event.provider}:${event.kind}`);
}

describe('one start, two reports', () => {
  test('kernel first: one event, Sysmon’s fields, the kernel’s where Sysmon has none', () => {
    const merger = new StartMerger();
    expect(merger.fromKernel(kernelStart(8, 0.4), 0)).toEqual([]);
    const [event] = merger.fromSysmon(sysmonStart(8, 0));
    expect(event).toMatchObject({
      id: 'sysmon-8-0',
      provider: 'sysmon',
      user: { id: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY', groups: undefined },
      process: { entityId: 'GUID-8-0', token: { elevated: true } },
    });
    expect(merger.duplicates).toBe(1);
    expect(merger.flush()).toEqual([]);
  });

  test('what the kernel’s logger did not confirm adds nothing, and leaves Sysmon’s start as it was', () => {
    const merger = new StartMerger();
    merger.fromKernel(kernelStart(8, 0.4, { isManifestOnly: true }), 0);
    expect(merger.fromSysmon(sysmonStart(8, 0))).toEqual([sysmonStart(8, 0)]);
    expect(merger.duplicates).toBe(1);
  });

  test('Sysmon first: its event goes on at once, the kernel’s is dropped', () => {
    const merger = new StartMerger();
    expect(names(merger.fromSysmon(sysmonStart(8, 0)))).toEqual(['sysmon:start']);
    expect(merger.fromKernel(kernelStart(8, 0.4), 0)).toEqual([]);
    expect(merger.duplicates).toBe(1);
    expect(merger.flush()).toEqual([]);
  });
});

describe('two starts', () => {
  test.each([
    ['another pid', kernelStart(12, 0)],
    ['the same pid, another time', kernelStart(8, 200)],
  ])('%s', (_, kernel) => {
    const merger = new StartMerger();
    merger.fromKernel(kernel, 0);
    merger.fromSysmon(sysmonStart(8, 0));
    expect(merger.duplicates).toBe(0);
    expect(names(merger.flush())).toEqual(['etw:start']);
  });
});

describe('a kernel start that Sysmon does not report', () => {
  test('goes on, before the event, when Sysmon has passed its time', () => {
    const merger = new StartMerger();
    merger.fromKernel(kernelStart(8, 0), 0);
    expect(names(merger.fromSysmon(sysmonStart(12, 51)))).toEqual(['etw:start', 'sysmon:start']);
  });

  test('goes on after two seconds of silence', () => {
    const merger = new StartMerger();
    merger.fromKernel(kernelStart(8, 0), 1_000);
    expect(merger.deadlineMs).toBe(3_000);
    expect(merger.expire(2_999)).toEqual([]);
    expect(names(merger.expire(3_000))).toEqual(['etw:start']);
    expect(merger.deadlineMs).toBeUndefined();
  });

  test('is not overtaken by its own end', () => {
    const merger = new StartMerger();
    merger.fromKernel(kernelStart(8, 0), 0);
    expect(merger.fromKernel(kernelEnd(8, 1), 1)).toEqual([]);
    expect(names(merger.flush())).toEqual(['etw:start', 'etw:end']);
  });
});

describe('a clock that was set back', () => {
  const hourMs = 3_600_000;

  test('holds nothing longer: waits go by a clock that nobody can set', () => {
    const merger = new StartMerger();
    const out = [...merger.fromKernel(kernelStart(4, hourMs), 0)];
    for (let second = 1; second <= 600; second++) {
      const atMs = second * 1_000;
      out.push(...merger.fromKernel(kernelStart(4 + 4 * second, atMs), atMs));
      out.push(...merger.fromSysmon(sysmonStart(1_000_000 + 4 * second, atMs)));
    }
    expect(out.filter(({ provider }) => provider === 'etw').length).toBeGreaterThanOrEqual(599);
    expect(names(out)[0]).toBe('sysmon:start');
    expect(merger.flush().length).toBeLessThanOrEqual(2);
  });

  test('forgets no pair', () => {
    const merger = new StartMerger();
    merger.fromSysmon(sysmonStart(8, hourMs));
    merger.fromSysmon(sysmonStart(12, 0));
    expect(merger.fromKernel(kernelStart(12, 0), 0)).toEqual([]);
    expect(merger.fromKernel(kernelStart(8, hourMs), 0)).toEqual([]);
  });
});

test('no more than 10,000 are held, and those that go on for it are the oldest', () => {
  const merger = new StartMerger();
  const out: HostEvent[] = [];
  for (let index = 0; index < 10_005; index++)
    out.push(...merger.fromKernel(kernelStart(4 * index + 4, 0), 0));
  expect(out.map((event) => event.kind === 'start' && event.process.pid)).toEqual([4, 8, 12, 16, 20]);
  expect(merger.flush()).toHaveLength(10_000);
});

test('no start is lost or told twice, whoever speaks first', () => {
  const start = fc.record({
    pid: fc.integer({ min: 1, max: 40 }).map((n) => n * 4),
    reporter: fc.constantFrom('kernel', 'sysmon', 'both', 'both-sysmon-first'),
  });
  fc.assert(
    fc.property(fc.array(start, { maxLength: 60 }), (starts) => {
      const merger = new StartMerger();
      const out: HostEvent[] = [];
      starts.forEach(({ pid, reporter }, index) => {
        const atMs = index * 200;
        const fromKernel = () => out.push(...merger.fromKernel(kernelStart(pid, atMs + 0.3), atMs));
        const fromSysmon = () => out.push(...merger.fromSysmon(sysmonStart(pid, atMs)));
        if (reporter === 'kernel' || reporter === 'both') fromKernel();
        if (reporter !== 'kernel') fromSysmon();
        if (reporter === 'both-sysmon-first') fromKernel();
      });
      out.push(...merger.flush());
      expect(out).toHaveLength(starts.length);
      const times = out.map((event) => Math.floor(event.timeMs / 100));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
  );
});
