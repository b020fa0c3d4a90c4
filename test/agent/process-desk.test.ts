import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatEntity, ProcessDesk, parseEntity } from '../../src/agent/process-desk.ts';
import { type ProcessRow, ProcessTable } from '../../src/lineage/index.ts';
import { ResponseStage } from '../../src/response/index.ts';
import { ProcessRowTable, Store } from '../../src/store/index.ts';
import { FakeProcesses } from '../response/fake-processes.ts';
import { noonMs, ResponseWorld } from '../response/response-world.ts';
import { makeProcessEvent } from '../support/process-event.ts';

describe('the name of a process for people', () => {
  it('keeps the creation time as the kernel has it, as far as a number can', () => {
    const pid = fc.integer({ min: 2, max: 1 << 20 }).map((each) => each * 4);
    const createdMs = fc
      .integer({ min: 0, max: 4e12 })
      .chain((ms) => fc.integer({ min: 0, max: 9_999 }).map((ticks) => ms + ticks / 10_000));
    fc.assert(
      fc.property(pid, createdMs, (one, ms) => {
        const target = parseEntity(formatEntity(one, ms));
        expect(target).toMatchObject({ pid: one, toleranceMs: 0 });
        expect(Math.abs((target?.createdMs ?? 0) - ms)).toBeLessThan(0.0003);
      }),
    );
  });

  it.each([
    '',
    '4240',
    '4240@',
    '@17',
    '4240@-1',
    '4240@1e9',
    '4240@1.',
    '4240@1 ',
    '-4@17',
    '99999999999@1',
  ])('%j is none', (text) => {
    expect(parseEntity(text)).toBeUndefined();
  });
});

describe('a process that the agent remembers by its entity id', () => {
  let folder: string;
  let processes: FakeProcesses;
  let world: ResponseWorld;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pc-desk-'));
    processes = new FakeProcesses();
    world = new ResponseWorld(processes);
  });

  afterEach(() => {
    world.journal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function openDesk(providers: ProcessRow['providers']): ProcessDesk {
    const file = join(folder, 'state.db');
    const store = Store.open(file);
    const table = new ProcessTable();
    const process = { pid: 4240, startMs: noonMs, entityId: '{guid}', name: 'cmd.exe' };
    table.observe(makeProcessEvent({ id: 'a', provider: 'sysmon', timeMs: noonMs, process }));
    const { rows } = table.takeChanges();
    new ProcessRowTable(store).save({ removed: [], rows: rows.map((row) => ({ ...row, providers })) });
    store.close();
    const stage = new ResponseStage(world.parts);
    return new ProcessDesk({ parts: world.parts, stage } as never, file);
  }

  const order = { verb: 'terminate', target: 'process', entity: '{guid}' } as const;

  it.each<[ProcessRow['providers'], number]>([
    [['sysmon', 'etw'], 0.4321],
    [['etw', 'security'], 14],
    [['etw'], 0],
  ])('told of by %j is found %d ms from the time kept', async (providers, offMs) => {
    processes.start({ pid: 4240, createdMs: noonMs + offMs });
    const action = await openDesk(providers).act(order, 'anna');
    expect(action?.outcome).toBe('success');
    expect(processes.ended).toHaveLength(1);
  });

  it.each<[ProcessRow['providers'], number]>([
    [['sysmon', 'etw'], 2],
    [['etw'], 0.4321],
  ])('told of by %j is nobody %d ms from the time kept', async (providers, offMs) => {
    processes.start({ pid: 4240, createdMs: noonMs + offMs });
    await openDesk(providers).act(order, 'anna');
    expect([world.outcomes, processes.ended]).toEqual([['terminate 4240: PC_REFUSED_IDENTITY'], []]);
  });

  it('is nobody of another name within the tolerance', async () => {
    processes.start({ pid: 4240, createdMs: noonMs + 0.4321, startName: 'notepad.exe' });
    const desk = openDesk(['sysmon', 'etw']);
    expect(await desk.look('{guid}')).toMatchObject({ code: 'PC_E_IDENTITY', entity: '{guid}' });
    await desk.act(order, 'anna');
    expect([world.outcomes, processes.ended]).toEqual([['terminate 4240: PC_REFUSED_IDENTITY'], []]);
  });
});
