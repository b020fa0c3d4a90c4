import { describe, expect, it } from 'vitest';
import type { HostEvent, ProcessEnd, ProcessEvent, Provider } from '../../src/event/index.ts';
import { type ProcessRow, ProcessTable, type TracedEvent } from '../../src/lineage/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const noon = Date.UTC(2024, 4, 1, 12);

interface Start {
  readonly pid?: number | undefined;
  readonly at: number;
  readonly name?: string | undefined;
  readonly line?: string;
  readonly guid?: string;
  readonly parent?: number | undefined;
  readonly parentName?: string;
  readonly parentGuid?: string;
  readonly host?: string;
  readonly provider?: Provider;
  readonly isUnconfirmed?: true;
}

/** A start `at` ms after noon. */
function start({
  pid,
  at,
  name,
  line,
  guid,
  parent,
  parentName,
  parentGuid,
  host,
  provider,
  isUnconfirmed,
}: Start): ProcessEvent {
  return makeProcessEvent({
    id: `${provider ?? 'security'}-${pid}-${at}`,
    timeMs: noon + at,
    timestamp: new Date(noon + at).toISOString(),
    provider: provider ?? 'security',
    host: { name: host ?? 'ws' },
    process: {
      pid,
      entityId: guid,
      name,
      executable: name === undefined ? undefined : `C:\\${name}`,
      commandLine: line,
      startMs: noon + at,
      parent: { pid: parent, entityId: parentGuid, name: parentName, executable: undefined },
    },
    ...(isUnconfirmed === true ? { isUnconfirmed } : {}),
  });
}

function end(pid: number, at: number, guid?: string): ProcessEnd {
  const { timeMs, timestamp, host, user, provider, position } = start({ pid, at });
  return {
    kind: 'end',
    id: 'end',
    timeMs,
    timestamp,
    host,
    user,
    provider,
    position,
    pid,
    entityId: guid,
    executable: undefined,
  };
}

function observeAll(table: ProcessTable, events: readonly HostEvent[]): TracedEvent[] {
  return events.map((event) => table.observe(event)).filter((traced) => traced !== undefined);
}

function namesOf(traced: TracedEvent | undefined): (string | undefined)[] {
  return traced!.ancestors.map(({ name }) => name);
}

describe('identity', () => {
  it('is of host, pid and start, and the same whenever it is made', () => {
    const [first] = observeAll(new ProcessTable(), [start({ pid: 8, at: 0 })]);
    const [again] = observeAll(new ProcessTable(), [start({ pid: 8, at: 0 })]);
    const others = observeAll(new ProcessTable(), [
      start({ pid: 12, at: 0 }),
      start({ pid: 8, at: 5000 }),
      start({ pid: 8, at: 0, host: 'other' }),
    ]);
    const ids = [first!, ...others].map(({ event }) => event.process.entityId);
    expect(ids[0]).toMatch(/^[0-9a-f]{20}$/);
    expect(new Set(ids).size).toBe(4);
    expect(again!.event.process.entityId).toBe(ids[0]);
  });

  it('does not depend on the case of a host’s name', () => {
    const table = new ProcessTable();
    observeAll(table, [start({ pid: 8, at: 0, host: 'WS' }), start({ pid: 8, at: 0, host: 'ws' })]);
    expect(table.size).toBe(1);
  });

  it('is the source’s own where it has one', () => {
    const [traced] = observeAll(new ProcessTable(), [start({ pid: 8, at: 0, guid: 'G-1' })]);
    expect(traced!.event.process.entityId).toBe('G-1');
  });

  it('is another where the source’s own is that of another host’s process', () => {
    const table = new ProcessTable();
    const [here, there] = observeAll(table, [
      start({ pid: 8, at: 0, guid: 'G-1', name: 'here.exe' }),
      start({ pid: 8, at: 0, guid: 'G-1', name: 'there.exe', host: 'other' }),
    ]);
    expect(there!.event.process.entityId).not.toBe(here!.event.process.entityId);
    expect(table.get('G-1')!.name).toBe('here.exe');
  });

  it('is one for the same start told twice', () => {
    const table = new ProcessTable();
    const twice = observeAll(table, [start({ pid: 8, at: 0 }), start({ pid: 8, at: 0 })]);
    expect(twice).toHaveLength(2);
    expect(table.size).toBe(1);
  });

  it.each<[string, Start, Start]>([
    [
      'Sysmon first',
      { pid: 8, at: 0, guid: 'G-1', provider: 'sysmon', name: 'a.exe' },
      { pid: 8, at: 7, name: 'A.EXE', line: 'a.exe -x' },
    ],
    [
      'Security first',
      { pid: 8, at: 0, name: 'a.exe', line: 'a.exe -x' },
      { pid: 8, at: 3, guid: 'G-1', provider: 'sysmon', name: 'a.exe' },
    ],
  ])('is one for a start that two providers tell of, %s', (_, one, two) => {
    const table = new ProcessTable();
    const traced = observeAll(table, [start(one), start(two)]);
    expect(traced[0]!.event.process.entityId).toBe(traced[1]!.event.process.entityId);
    expect(table.size).toBe(1);
    expect(table.get('G-1')).toMatchObject({ pid: 8, commandLine: 'a.exe -x' });
    // A child may name it by either.
    const children = observeAll(table, [
      start({ pid: 12, at: 100, guid: 'G-2', parentGuid: 'G-1', provider: 'sysmon' }),
      start({ pid: 16, at: 100, parent: 8 }),
    ]);
    expect(children.map((child) => child.ancestors[0]!.startMs)).toEqual([noon, noon]);
  });

  it.each<[string, Start, Start]>([
    ['the same provider tells of both', { pid: 8, at: 0 }, { pid: 8, at: 5 }],
    ['they are too far apart', { pid: 8, at: 0, provider: 'sysmon', guid: 'G-1' }, { pid: 8, at: 2001 }],
    [
      'their names differ',
      { pid: 8, at: 0, provider: 'sysmon', guid: 'G-1', name: 'a.exe' },
      { pid: 8, at: 1, name: 'b.exe' },
    ],
    [
      'both have ids of their own',
      { pid: 8, at: 0, provider: 'sysmon', guid: 'G-1' },
      { pid: 8, at: 1, provider: 'defend', guid: 'D-1' },
    ],
  ])('is not one for two starts of a pid when %s', (_, one, two) => {
    const table = new ProcessTable();
    observeAll(table, [start(one), start(two)]);
    expect(table.size).toBe(2);
  });

  it('is left open for a start without a time or a pid', () => {
    const table = new ProcessTable();
    const undated = { ...start({ pid: 8, at: 0, parentName: 'cmd.exe' }), timestamp: undefined };
    const [a, b] = observeAll(table, [undated, start({ at: 0, parentName: 'cmd.exe' })]);
    expect(table.size).toBe(0);
    for (const traced of [a!, b!]) {
      expect(traced.event).toBe(traced.untraced);
      expect(namesOf(traced)).toEqual(['cmd.exe']);
    }
  });
});

describe('parents', () => {
  const chain = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

  it('are followed nearest first, up to the limit', () => {
    const table = new ProcessTable();
    const traced = observeAll(
      table,
      chain.map((name, index) => start({ pid: 100 + index, at: index, name, parent: 99 + index })),
    );
    expect(namesOf(traced.at(-1))).toEqual(['j', 'i', 'h', 'g', 'f', 'e', 'd', 'c']);
    const id = traced.at(-1)!.event.process.entityId!;
    expect(table.ancestors(id).map(({ name }) => name)).toEqual(namesOf(traced.at(-1)));
    expect(table.get(id)!.parentEntityId).toBe(traced.at(-2)!.event.process.entityId);
  });

  it('lend the event what its record does not say, and nothing that it does', () => {
    const table = new ProcessTable();
    const [parent, child, other] = observeAll(table, [
      start({ pid: 8, at: 0, name: 'cmd.exe', line: 'cmd.exe /k' }),
      start({ pid: 12, at: 1, parent: 8 }),
      start({ pid: 16, at: 2, parent: 8, parentName: 'CMD.EXE' }),
    ]);
    expect(child!.event.process.parent).toEqual({
      pid: 8,
      entityId: parent!.event.process.entityId,
      name: 'cmd.exe',
      executable: 'C:\\cmd.exe',
      commandLine: 'cmd.exe /k',
      startMs: noon,
    });
    expect(child!.untraced.process.parent.commandLine).toBeUndefined();
    expect(other!.event.process.parent).toMatchObject({ name: 'CMD.EXE', commandLine: 'cmd.exe /k' });
  });

  it('are never processes that started later', () => {
    const table = new ProcessTable();
    const [, child, byId] = observeAll(table, [
      start({ pid: 8, at: 5000, name: 'late.exe', guid: 'G-8', provider: 'sysmon' }),
      start({ pid: 12, at: 0, parent: 8 }),
      start({ pid: 16, at: 0, guid: 'G-16', parentGuid: 'G-8', provider: 'sysmon' }),
    ]);
    expect(namesOf(child)).toEqual([undefined]);
    expect(byId!.ancestors).toEqual([]);
  });

  it('are the process that had the pid at the time, when a pid is used again', () => {
    const table = new ProcessTable();
    const traced = observeAll(table, [
      start({ pid: 8, at: 0, name: 'first.exe' }),
      start({ pid: 8, at: 10_000, name: 'second.exe' }),
      start({ pid: 12, at: 9000, parent: 8 }),
      start({ pid: 16, at: 11_000, parent: 8 }),
    ]);
    expect(namesOf(traced[2])).toEqual(['first.exe']);
    expect(namesOf(traced[3])).toEqual(['second.exe']);
  });

  it('are not a process of another name, or one that had ended', () => {
    const table = new ProcessTable();
    const traced = observeAll(table, [
      start({ pid: 8, at: 0, name: 'a.exe' }),
      start({ pid: 12, at: 10, parent: 8, parentName: 'b.exe' }),
      start({ pid: 20, at: 0, name: 'a.exe' }),
      end(20, 1000),
      start({ pid: 24, at: 2500, parent: 20 }),
      start({ pid: 28, at: 4000, parent: 20 }),
    ]);
    expect(traced[1]!.ancestors).toMatchObject([{ name: 'b.exe', startMs: undefined }]);
    // Just ended: its children may still be on their way.
    expect(traced[3]!.ancestors).toMatchObject([{ name: 'a.exe', startMs: noon }]);
    expect(traced[4]!.ancestors).toMatchObject([{ name: undefined, startMs: undefined }]);
  });

  it('are looked for on the same host only', () => {
    const table = new ProcessTable();
    const [, child] = observeAll(table, [
      start({ pid: 8, at: 0, name: 'a.exe', host: 'one' }),
      start({ pid: 12, at: 1, parent: 8, host: 'two' }),
    ]);
    expect(namesOf(child)).toEqual([undefined]);
  });

  it('never seen to start are known by what their children say', () => {
    const table = new ProcessTable();
    const [one, two] = observeAll(table, [
      start({ pid: 12, at: 0, name: 'cmd.exe', parent: 8, parentName: 'explorer.exe' }),
      start({ pid: 16, at: 60_000, name: 'net.exe', parent: 12 }),
      start({ pid: 20, at: 70_000, parent: 8, parentName: 'explorer.exe' }),
    ]);
    expect(namesOf(two)).toEqual(['cmd.exe', 'explorer.exe']);
    const parentId = one!.event.process.parent.entityId!;
    expect(table.children(parentId).map(({ pid }) => pid)).toEqual([12, 20]);
    expect(table.get(parentId)).toMatchObject({ name: 'explorer.exe', startMs: undefined });
  });

  it('named by id are known by that id', () => {
    const table = new ProcessTable();
    observeAll(table, [
      start({
        pid: 12,
        at: 0,
        guid: 'G-12',
        parent: 8,
        parentGuid: 'G-8',
        parentName: 'explorer.exe',
        provider: 'sysmon',
      }),
    ]);
    expect(table.children('G-8').map(({ entityId }) => entityId)).toEqual(['G-12']);
  });

  it('cannot be the process itself, or go round in a circle', () => {
    const table = new ProcessTable();
    const traced = observeAll(table, [
      start({ pid: 8, at: 0, parent: 8 }),
      start({ pid: 12, at: 0, guid: 'G-12', parentGuid: 'G-12', provider: 'sysmon' }),
      start({ pid: 16, at: 0, guid: 'G-16', parentGuid: 'G-20', provider: 'sysmon' }),
      start({ pid: 20, at: 0, guid: 'G-20', parentGuid: 'G-16', provider: 'sysmon' }),
    ]);
    expect(traced.map(({ event }) => event.process.parent.entityId)).toEqual([
      undefined,
      'G-12',
      'G-20',
      'G-16',
    ]);
    expect(table.ancestors('G-12')).toEqual([]);
    expect(table.ancestors('G-20')).toEqual([]);
    expect(table.ancestors('G-16')).toMatchObject([{ entityId: 'G-20' }]);
  });

  it('of pid 0 are none', () => {
    const [traced] = observeAll(new ProcessTable(), [start({ pid: 4, at: 0, parent: 0 })]);
    expect(traced!.event.process.parent.entityId).toBeUndefined();
  });

  it('may come from processes found running', () => {
    const table = new ProcessTable();
    const shell = start({ pid: 8, at: 0, name: 'explorer.exe', line: 'explorer.exe', provider: 'etw' });
    const { process, ...reference } = shell;
    const running = {
      ...reference,
      kind: 'running',
      pid: 8,
      entityId: undefined,
      executable: undefined,
      process,
    } as const;
    expect(table.observe(running)).toBeUndefined();
    expect(namesOf(table.observe(start({ pid: 12, at: 5, parent: 8 })))).toEqual(['explorer.exe']);
  });
});

describe('a child that arrives before its parent', () => {
  const parent = start({
    pid: 8,
    at: 0,
    name: 'cmd.exe',
    line: 'cmd.exe /k',
    parent: 4,
    parentName: 'init.exe',
  });
  const child = start({ pid: 12, at: 5, name: 'net.exe', parent: 8 });
  const grandchild = start({ pid: 16, at: 9, parent: 12 });

  it('is linked when the parent comes', () => {
    const table = new ProcessTable();
    const traced = observeAll(table, [child, parent, grandchild]);
    expect(namesOf(traced[2])).toEqual(['net.exe', 'cmd.exe', 'init.exe']);
    const ordered = observeAll(new ProcessTable(), [parent, child, grandchild]);
    expect(traced[1]!.event.process.entityId).toBe(ordered[0]!.event.process.entityId);
    expect(traced[2]!.ancestors).toEqual(ordered[2]!.ancestors);
  });

  it('may have been taken for the child of the pid’s last owner', () => {
    const table = new ProcessTable();
    const old = start({ pid: 8, at: -90_000, name: 'old.exe' });
    const traced = observeAll(table, [old, child, parent, grandchild]);
    expect(namesOf(traced[1])).toEqual(['old.exe']);
    expect(namesOf(traced[3])).toEqual(['net.exe', 'cmd.exe', 'init.exe']);
  });

  it('is not linked when the parent comes too late to be told from another', () => {
    const table = new ProcessTable();
    const early = start({ pid: 8, at: -2001, name: 'cmd.exe' });
    const traced = observeAll(table, [child, early, grandchild]);
    expect(namesOf(traced[2])).toEqual(['net.exe', undefined]);
  });

  it('by id is linked however late', () => {
    const table = new ProcessTable();
    observeAll(table, [
      start({ pid: 12, at: 90_000, guid: 'G-12', parent: 8, parentGuid: 'G-8', provider: 'sysmon' }),
      start({ pid: 8, at: 0, guid: 'G-8', name: 'cmd.exe', provider: 'sysmon' }),
    ]);
    expect(table.ancestors('G-12')).toMatchObject([{ entityId: 'G-8', name: 'cmd.exe', startMs: noon }]);
  });

  it('by id is let go when the parent turns out to have started later', () => {
    const table = new ProcessTable();
    observeAll(table, [
      start({ pid: 12, at: 0, guid: 'G-12', parent: 8, parentGuid: 'G-8', provider: 'sysmon' }),
      start({ pid: 8, at: 1, guid: 'G-8', provider: 'sysmon' }),
    ]);
    expect(table.ancestors('G-12')).toEqual([]);
  });
});

describe('memory', () => {
  it.each([100, 2000])('is bounded to %i, and keeps the roots of trees that still grow', (maxProcesses) => {
    const table = new ProcessTable({ maxProcesses });
    observeAll(table, [
      start({ pid: 8, at: 0, name: 'root.exe' }),
      start({ pid: 12, at: 1, name: 'shell.exe', parent: 8 }),
    ]);
    for (let i = 0; i < 5000; i += 1) {
      table.observe(start({ pid: 10_000 + i, at: 10 + i }));
      const traced = table.observe(start({ pid: 30_000 + i, at: 10 + i, parent: 12 }));
      expect(namesOf(traced)).toEqual(['shell.exe', 'root.exe']);
      expect(table.size).toBeLessThanOrEqual(maxProcesses);
    }
  });

  it('lets ended processes go before those that run', () => {
    const table = new ProcessTable({ maxProcesses: 100 });
    observeAll(table, [start({ pid: 8, at: 0, name: 'service.exe' })]);
    for (let i = 0; i < 1000; i += 1) {
      observeAll(table, [start({ pid: 10_000 + i, at: 10 + i }), end(10_000 + i, 11 + i)]);
    }
    expect(namesOf(table.observe(start({ pid: 12, at: 5000, parent: 8 })))).toEqual(['service.exe']);
  });

  it('of processes that shared a pid is bounded too', () => {
    const table = new ProcessTable();
    for (let i = 0; i < 1000; i += 1) table.observe(start({ pid: 8, at: i * 10 }));
    for (let i = 0; i < 1000; i += 1) table.observe(start({ pid: 8, at: -i * 10 }));
    expect(table.size).toBeLessThanOrEqual(33);
  });

  it('is touched by what a process does', () => {
    const table = new ProcessTable({ maxProcesses: 100 });
    observeAll(table, [start({ pid: 8, at: 0, guid: 'G-8', name: 'browser.exe', provider: 'sysmon' })]);
    const { kind: _, ...reference } = end(8, 5, 'G-8');
    for (let i = 0; i < 1000; i += 1) {
      table.observe(start({ pid: 10_000 + i, at: 10 + i }));
      if (i % 50 === 0) table.observe({ ...reference, kind: 'dns', question: 'a.example', answers: [] });
    }
    expect(table.get('G-8')).toBeDefined();
  });
});

describe('restore', () => {
  it('takes rows that should have been removed, and keeps no more than ever', () => {
    const stored = new Map<string, ProcessRow>();
    const store = (table: ProcessTable): void => {
      for (const row of table.takeChanges().rows) stored.set(row.entityId, row);
    };
    const table = new ProcessTable({ maxProcesses: 60 });
    for (let i = 0; i < 100; i += 1) {
      table.observe(start({ pid: i < 50 ? 8 : i, at: i * 10_000, parent: 4 }));
      store(table);
    }
    expect(stored.size).toBeGreaterThan(table.size);
    const restored = new ProcessTable({ maxProcesses: 60 });
    restored.restore(stored.values());
    expect(restored.size).toBeLessThanOrEqual(60);
    const latest = [...stored.values()].find(({ pid }) => pid === 99);
    expect(restored.get(latest!.entityId)).toEqual(table.get(latest!.entityId));
    // They leave the store as well.
    expect(restored.takeChanges().removed.length).toBe(stored.size - restored.size);
  });
});

describe('identify', () => {
  it('tells which process an event is about', () => {
    const table = new ProcessTable();
    const [first, second] = observeAll(table, [start({ pid: 8, at: 0 }), start({ pid: 8, at: 100 })]);
    expect(table.identify(end(8, 50))).toBe(first!.event.process.entityId);
    expect(table.identify(end(8, 150))).toBe(second!.event.process.entityId);
    expect(table.identify(end(12, 150))).toBeUndefined();
    expect(table.identify(end(8, 150, 'G-9'))).toBeUndefined();
  });
});

it('keeps a text of a process in bounded length, its beginning and its end', () => {
  const table = new ProcessTable();
  const line = `parent.exe --first ${'x'.repeat(30_000)} --last`;
  const at = { timeMs: 1_000, timestamp: '1970-01-01T00:00:01.000Z' };
  const parent = makeProcessEvent({ ...at, process: { entityId: 'P', commandLine: line } });
  expect(table.observe(parent)!.event.process.commandLine).toBe(line);
  const child = makeProcessEvent({
    ...at,
    timeMs: 2_000,
    process: { entityId: 'C', parent: { entityId: 'P' } },
  });
  const told = table.observe(child)!.event.process.parent.commandLine;
  expect(told).toMatch(/^parent\.exe --first x+…x+ --last$/);
  expect(told).toHaveLength(2_048);
});

describe('what only an unconfirmed event tells', () => {
  const forged = { isUnconfirmed: true, provider: 'etw' } as const;
  const explorer = start({ pid: 8, at: 0, name: 'explorer.exe', provider: 'etw' });

  it('makes every descendant unconfirmed', () => {
    const traced = observeAll(new ProcessTable(), [
      start({ ...forged, pid: 8, at: 0, name: 'winword.exe' }),
      start({ pid: 12, at: 1000, name: 'cmd.exe', parent: 8 }),
      start({ pid: 16, at: 2000, name: 'whoami.exe', parent: 12 }),
    ]);
    expect(traced.map(({ event }) => event.isUnconfirmed)).toEqual([true, true, true]);
    expect(namesOf(traced[2])).toEqual(['cmd.exe', 'winword.exe']);
    expect(traced[2]!.untraced.isUnconfirmed).toBeUndefined();
  });

  it.each([
    ['of the same process', start({ ...forged, pid: 8, at: 0, name: 'winword.exe', line: 'evil' })],
    ['of another process by its pid', start({ ...forged, pid: 8, at: 500, name: 'winword.exe' })],
    ['that it has ended', { ...end(8, 500), isUnconfirmed: true as const }],
  ])('changes nothing about a process that was confirmed: %s', (_, event) => {
    const table = new ProcessTable();
    observeAll(table, [explorer, event]);
    const [child] = observeAll(table, [start({ pid: 12, at: 3000, name: 'cmd.exe', parent: 8 })]);
    expect(namesOf(child)).toEqual(['explorer.exe']);
    expect(child!.event).not.toHaveProperty('isUnconfirmed');
    expect(child!.event.process.parent.commandLine).toBeUndefined();
  });

  it('gives way to a confirmed event of the same process', () => {
    const table = new ProcessTable();
    observeAll(table, [start({ ...forged, pid: 8, at: 0, name: 'winword.exe', line: 'evil' }), explorer]);
    const [child] = observeAll(table, [start({ pid: 12, at: 3000, name: 'cmd.exe', parent: 8 })]);
    expect(child!.event).not.toHaveProperty('isUnconfirmed');
    expect(child!.event.process.parent).toMatchObject({ name: 'explorer.exe', commandLine: undefined });
  });

  it('is known as such after a restart', () => {
    const before = new ProcessTable();
    observeAll(before, [start({ ...forged, pid: 8, at: 0, name: 'winword.exe' }), start({ pid: 40, at: 0 })]);
    const after = new ProcessTable();
    after.restore(before.takeChanges().rows);
    const children = observeAll(after, [
      start({ pid: 12, at: 1000, parent: 8 }),
      start({ pid: 16, at: 1000, parent: 40 }),
    ]);
    expect(children.map(({ event }) => event.isUnconfirmed)).toEqual([true, undefined]);
  });
});
