import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActionCommands } from '../../../src/agent/control/action-commands.ts';
import { ControlClient } from '../../../src/agent/control/client.ts';
import { ControlServer } from '../../../src/agent/control/server.ts';
import type { Access } from '../../../src/agent/control/transport.ts';
import { type LookedAt, ProcessDesk, type ReportedAction } from '../../../src/agent/process-desk.ts';
import { type IsolationRequest, ResponseStage } from '../../../src/response/index.ts';
import { FakeProcesses } from '../../response/fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../../response/response-world.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { MemoryTransport } from '../../support/memory-wire.ts';

const entity = `4240@${noonMs}.0000`;
const anna = 'MERIDIAN\\anna, pid 77';
const order = { verb: 'terminate', entity, target: 'process', reason: 'incident 7' } as const;

let transport: MemoryTransport;
let server: ControlServer;
let log: ReturnType<typeof createMemoryLog>;
let processes: FakeProcesses;
let world: ResponseWorld;
let stage: ResponseStage;
let isolated: unknown[];

async function serve(acts: boolean): Promise<void> {
  processes = new FakeProcesses();
  processes.start({ pid: 4240, createdMs: noonMs });
  world = new ResponseWorld(processes, { mode: 'terminate', suspendFirst: true });
  stage = new ResponseStage(world.parts);
  isolated = [];
  const isolation = {
    isolate: async (request: IsolationRequest) => isolated.push(request) as never,
    release: async (...request: readonly string[]) => isolated.push(request) as never,
    status: async () => ({ standing: undefined, inForce: { filters: 0, idle: 0, planId: undefined } }),
  };
  transport = new MemoryTransport();
  log = createMemoryLog();
  const commands = createActionCommands({
    processes: acts
      ? new ProcessDesk({ parts: world.parts, stage, close: () => undefined }, null)
      : undefined,
    isolation: acts ? isolation : undefined,
  });
  server = new ControlServer({ transport, commands, log, maxClients: 2, idleTimeoutMs: 600_000 });
  await server.start();
}

function connect(access: Access = 'admin'): ControlClient {
  return new ControlClient(transport.connect({ name: 'MERIDIAN\\anna', pid: 77, access }));
}

beforeEach(() => serve(true));
afterEach(() => server.stop());

describe('processes, through the running agent', () => {
  it('are looked at and acted on as what they are, by who asks', async () => {
    const client = connect();
    const looked = (await client.ask('process.look', { entity })) as LookedAt;
    expect(looked).toMatchObject({ entity, code: 'PC_OK', facts: { pid: 4240, suspended: false } });
    const done = (await client.ask('process.act', { ...order, entity: looked.entity })) as ReportedAction;
    expect(done).toMatchObject({
      outcome: 'success',
      document: {
        event: { action: 'terminate' },
        problemchild: { response: { by: anna, reason: 'incident 7' } },
      },
    });
    expect(processes.ended.map(({ pid }) => pid)).toEqual([4240]);
    // The journal and whoever is told have the same: the agent's own.
    expect(world.told.map(({ by }) => by)).toEqual([anna]);
    expect([...world.journal.documents()]).toHaveLength(1);
  });

  it('are shown with all that would end with them', async () => {
    for (let index = 1; index <= 50; index++) {
      processes.start({ pid: 4240 + 4 * index, createdMs: noonMs + index, parentPid: 4240 });
    }
    const client = connect();
    const { tree } = (await client.ask('process.look', { entity, target: 'tree' })) as LookedAt;
    expect(tree).toMatchObject({ code: 'PC_OK', found: 50 });
    expect(tree?.first.slice(0, 2)).toMatchObject([{ pid: 4244 }, { pid: 4248 }]);
    expect(tree?.first).toHaveLength(40);
    const gone = `4240@${noonMs + 1}`;
    const other = (await client.ask('process.look', { entity: gone, target: 'tree' })) as LookedAt;
    expect(other.tree).toEqual({ code: 'PC_E_IDENTITY', found: 0, first: [] });
    expect(processes.ended).toEqual([]);
  });

  it('are spared by the same guard', async () => {
    processes.start({ pid: 900, createdMs: noonMs });
    const done = (await connect().ask('process.act', {
      ...order,
      entity: `900@${noonMs}`,
    })) as ReportedAction;
    expect(done.document).toMatchObject({ problemchild: { refused: 'PC_REFUSED_AGENT' } });
    const reused = `4240@${noonMs + 1}`;
    const other = (await connect().ask('process.act', { ...order, entity: reused })) as ReportedAction;
    expect(other.document).toMatchObject({ problemchild: { refused: 'PC_REFUSED_IDENTITY' } });
    expect(processes.ended).toEqual([]);
  });

  it('are released all together', async () => {
    stage.take(...flagged());
    await stage.settle();
    expect(processes.frozen).toHaveLength(1);
    expect(await connect().ask('process.release', { reason: 'upgrade' })).toBe(0);
    expect(processes.frozen).toEqual([]);
    const commands = [...world.journal.documents()].map((text) => JSON.parse(text).message as string);
    expect(commands).toContain(`release by ${anna}`);
  });

  it.each([
    ['process.act', { ...order, verb: 'start' }, 'PC_CONTROL_PROTOCOL'],
    ['process.act', { ...order, by: 'SYSTEM' }, 'PC_CONTROL_PROTOCOL'],
    ['process.act', { ...order, entity: 'x'.repeat(257) }, 'PC_CONTROL_PROTOCOL'],
    ['process.act', { ...order, reason: ' ' }, 'PC_CONTROL_PROTOCOL'],
    ['process.act', { ...order, entity: 'cmd.exe' }, 'PC_USAGE'],
    ['process.look', { entity: 'cmd.exe' }, 'PC_USAGE'],
    ['process.release', {}, 'PC_CONTROL_PROTOCOL'],
    ['host.isolate', { reason: 'x', forMs: -1, persistent: false, noWayBack: false }, 'PC_CONTROL_PROTOCOL'],
    [
      'host.isolate',
      { reason: 'x', forMs: 1, persistent: false, noWayBack: false, by: 'x' },
      'PC_CONTROL_PROTOCOL',
    ],
  ])('refuse %s %j with %s', async (command, params, code) => {
    await expect(connect().ask(command, params)).rejects.toMatchObject({ code });
    expect([processes.ended, isolated]).toEqual([[], []]);
  });
});

describe('who only reads', () => {
  it.each(['process.look', 'process.act', 'process.release', 'host.isolate', 'host.release'])(
    'may not use %s',
    async (command) => {
      await expect(connect('read').ask(command, { ...order })).rejects.toMatchObject({
        code: 'PC_CONTROL_DENIED',
      });
      expect(log.lines.some(({ message }) => message === 'Control command denied')).toBe(true);
    },
  );

  it('may see whether the host is isolated', async () => {
    expect(await connect('read').ask('host.status')).toEqual({ inForce: { filters: 0, idle: 0 } });
  });
});

describe('the host, through the running agent', () => {
  it('is isolated and released by who asks', async () => {
    const how = { reason: 'incident 7', forMs: 3_600_000, persistent: true, noWayBack: false };
    await connect().ask('host.isolate', how);
    await connect().ask('host.release', { reason: 'over' });
    expect(isolated).toEqual([{ ...how, by: anna, byPerson: true, incident: undefined }, [anna, 'over']]);
  });

  it('is refused, as processes are, by an agent that acts on nothing', async () => {
    await server.stop();
    await serve(false);
    for (const command of ['process.release', 'host.release']) {
      await expect(connect().ask(command, { reason: 'x' })).rejects.toMatchObject({
        code: 'PC_CONTROL_REFUSED',
      });
    }
  });
});
