import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostEvent, Provider } from '../../src/event/index.ts';
import { type ProcessRow, ProcessTable } from '../../src/lineage/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const noon = Date.UTC(2024, 4, 1, 12);

// Few pids, names, ids and moments, so that everything meets everything.
const pids = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 20 });
const names = fc.constantFrom(undefined, 'a.exe', 'A.EXE', 'b.exe');
const guids = fc.option(fc.constantFrom('G-1', 'G-2', 'G-3', 'G-4', 'G-5', 'G-6'), { nil: undefined });
const providers = fc.constantFrom<Provider>('sysmon', 'security', 'etw');

const step = fc.record({
  kind: fc.constantFrom('start', 'start', 'start', 'start', 'end', 'dns', 'running'),
  pid: pids,
  guid: guids,
  name: names,
  parent: pids,
  parentGuid: guids,
  parentName: names,
  host: fc.constantFrom('one', 'two'),
  provider: providers,
  isUnconfirmed: fc.boolean(),
  // Mostly forwards, at times standing still or going back.
  advanceMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constant(0), fc.integer({ min: -5000, max: 0 })),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function toEvents(steps: readonly Step[]): HostEvent[] {
  let timeMs = noon;
  return steps.map((each, index) => {
    timeMs += each.advanceMs;
    const start = makeProcessEvent({
      id: `event-${index}`,
      timeMs,
      timestamp: new Date(timeMs).toISOString(),
      provider: each.provider,
      host: { name: each.host },
      process: {
        pid: each.pid,
        entityId: each.guid,
        name: each.name,
        executable: each.name,
        startMs: timeMs,
        parent: { pid: each.parent, entityId: each.parentGuid, name: each.parentName, executable: undefined },
      },
      ...(each.isUnconfirmed ? { isUnconfirmed: true } : {}),
    });
    if (each.kind === 'start') return start;
    const { process, action: _, ...reference } = start;
    const named = { ...reference, pid: each.pid, entityId: each.guid, executable: undefined };
    if (each.kind === 'running') return { ...named, kind: 'running', process };
    return each.kind === 'end'
      ? { ...named, kind: 'end' }
      : { ...named, kind: 'dns', question: 'a', answers: [] };
  });
}

const histories = fc.array(step, { maxLength: 120 }).map(toEvents);
const options = { maxProcesses: 16, maxAncestors: 5 };
/** The least a table with five ancestors can be told to hold. */
const smallest = 4 * (options.maxAncestors + 2);

describe('a process table, whatever arrives', () => {
  it('answers starts and nothing else, stays within bounds, and has parents before children', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const table = new ProcessTable(options);
        for (const event of events) {
          const traced = table.observe(event);
          expect(traced !== undefined).toBe(event.kind === 'start');
          expect(table.size).toBeLessThanOrEqual(smallest);
          if (traced === undefined) continue;
          expect(traced.untraced).toBe(event);
          expect(traced.ancestors.length).toBeLessThanOrEqual(options.maxAncestors);
          const known = traced.ancestors.filter(({ startMs }) => startMs !== undefined);
          const starts = [traced.event.process.startMs!, ...known.map(({ startMs }) => startMs!)];
          if (table.get(traced.event.process.entityId ?? '')?.startMs === starts[0]) {
            expect(starts).toEqual([...starts].sort((a, b) => b - a));
          }
          const ids = traced.ancestors.map(({ entityId }) => entityId).filter((id) => id !== undefined);
          expect(new Set([...ids, traced.event.process.entityId]).size).toBe(ids.length + 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has every process among the children of its parent, and no circle', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const table = new ProcessTable(options);
        const ids = new Set<string>();
        for (const event of events) {
          const id = table.observe(event)?.event.process.entityId;
          if (id !== undefined) ids.add(id);
        }
        for (const id of ids) {
          const seen = new Set<string>();
          let at = table.get(id);
          while (at?.parentEntityId !== undefined) {
            expect(seen).not.toContain(at.entityId);
            seen.add(at.entityId);
            const children = table.children(at.parentEntityId).map(({ entityId }) => entityId);
            expect(children).toContain(at.entityId);
            at = table.get(at.parentEntityId);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('goes on after a restart as if there had been none', () => {
    const cuts = fc.array(fc.nat({ max: 120 }), { maxLength: 4 });
    fc.assert(
      fc.property(histories, cuts, (events, stops) => {
        const uninterrupted = new ProcessTable(options);
        let table = new ProcessTable(options);
        const stored = new Map<string, ProcessRow>();
        for (const [index, event] of events.entries()) {
          expect(table.observe(event)).toEqual(uninterrupted.observe(event));
          if (!stops.includes(index)) continue;
          store(stored, table);
          table = new ProcessTable(options);
          table.restore(JSON.parse(JSON.stringify([...stored.values()])) as ProcessRow[]);
          expect(table.size).toBe(uninterrupted.size);
        }
        store(stored, table);
        const whole = new Map<string, ProcessRow>();
        store(whole, uninterrupted);
        const links = (rows: Map<string, ProcessRow>) =>
          [...rows.values()].map(({ entityId, parentId, endMs }) => [entityId, parentId, endMs]).sort();
        expect(links(stored)).toEqual(links(whole));
      }),
      { numRuns: 300 },
    );
  });
});

function store(rows: Map<string, ProcessRow>, table: ProcessTable): void {
  const changes = table.takeChanges();
  for (const id of changes.removed) rows.delete(id);
  for (const row of changes.rows) rows.set(row.entityId, row);
}

it('finds the same tree when records arrive up to two seconds out of order', () => {
  const tree = fc.array(
    fc.record({
      parent: fc.nat(),
      afterMs: fc.integer({ min: 1, max: 400 }),
      delayMs: fc.integer({ min: 0, max: 999 }),
    }),
    { minLength: 2, maxLength: 40 },
  );
  fc.assert(
    fc.property(tree, (nodes) => {
      let atMs = 0;
      const starts = nodes.map(({ parent, afterMs, delayMs }, index) => {
        atMs += afterMs;
        const timeMs = noon + atMs;
        const event = makeProcessEvent({
          id: `event-${index}`,
          timeMs,
          timestamp: new Date(timeMs).toISOString(),
          host: { name: 'one' },
          process: {
            pid: 100 + index,
            startMs: timeMs,
            name: `p${index}.exe`,
            parent: {
              pid: index === 0 ? undefined : 100 + (parent % index),
              name: undefined,
              executable: undefined,
            },
          },
        });
        return { event, arrivalMs: timeMs + delayMs, parent: index === 0 ? undefined : parent % index };
      });
      const table = new ProcessTable();
      const ids = new Map<string, string>();
      for (const { event } of [...starts].sort((a, b) => a.arrivalMs - b.arrivalMs)) {
        ids.set(event.id, table.observe(event)!.event.process.entityId!);
      }
      for (const { event, parent } of starts) {
        const found = table.get(ids.get(event.id)!)!.parentEntityId;
        expect(found).toBe(parent === undefined ? undefined : ids.get(`event-${parent}`));
      }
    }),
    { numRuns: 300 },
  );
});
