import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ControlClient } from '../../../src/agent/control/client.ts';
import { defineCommand } from '../../../src/agent/control/command.ts';
import { ControlServer } from '../../../src/agent/control/server.ts';
import type { Access, Caller } from '../../../src/agent/control/transport.ts';
import { AgentError } from '../../../src/errors/index.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { MemoryTransport } from '../../support/memory-wire.ts';

function callerWith(access: Access | undefined): Caller {
  return { name: 'MERIDIAN\\anna', pid: 4_240, access };
}

let transport: MemoryTransport;
let log: ReturnType<typeof createMemoryLog>;
let server: ControlServer;
let ran: string[];

beforeEach(async () => {
  transport = new MemoryTransport();
  log = createMemoryLog();
  ran = [];
  const commands = [
    defineCommand('look', 'read', z.strictObject({}), () => 'seen'),
    defineCommand('change', 'admin', z.strictObject({ to: z.int() }), ({ to }, { name }) => {
      ran.push(`${name} ${to}`);
      return to;
    }),
    defineCommand('fail', 'admin', z.strictObject({}), () => {
      throw new AgentError('PC_USAGE', 'not so');
    }),
    defineCommand('break', 'read', z.strictObject({}), () => {
      throw new TypeError('secret of the inside');
    }),
  ];
  server = new ControlServer({ transport, commands, log, maxClients: 2, idleTimeoutMs: 600_000 });
  await server.start();
});

afterEach(() => server.stop());

function connect(access: Access | 'none' = 'admin'): ControlClient {
  return new ControlClient(transport.connect(callerWith(access === 'none' ? undefined : access)));
}

describe('who may do what', () => {
  it.each([
    ['admin', 'look', {}, 'seen'],
    ['admin', 'change', { to: 5 }, 5],
    ['read', 'look', {}, 'seen'],
    ['read', 'change', { to: 5 }, 'PC_CONTROL_DENIED'],
    ['none', 'look', {}, 'PC_CONTROL_DENIED'],
    ['none', 'change', { to: 5 }, 'PC_CONTROL_DENIED'],
    ['admin', 'change', { to: 'five' }, 'PC_CONTROL_PROTOCOL'],
    ['admin', 'change', { to: 5, by: 'SYSTEM' }, 'PC_CONTROL_PROTOCOL'],
    ['admin', 'run', { program: 'cmd.exe' }, 'PC_CONTROL_PROTOCOL'],
    ['admin', 'fail', {}, 'PC_USAGE'],
    ['admin', 'break', {}, 'PC_CONTROL_REFUSED'],
  ] as const)('%s: %s %j gives %j', async (access, command, params, expected) => {
    const client = connect(access);
    const answer = await client.ask(command, params).catch((error: unknown) => (error as AgentError).code);
    expect(answer).toEqual(expected);
    expect(ran).toEqual(command === 'change' && answer === 5 ? ['MERIDIAN\\anna 5'] : []);
    client.close();
  });

  it('what the inside throws is not told', async () => {
    await expect(connect().ask('break')).rejects.toThrow('break failed');
  });
});

describe('the audit', () => {
  it('has every command that changes something, and every one that was denied, with who asked', async () => {
    const client = connect();
    await client.ask('look');
    await client.ask('change', { to: 3 });
    await client.ask('fail').catch(() => undefined);
    await connect('read')
      .ask('change', { to: 4 })
      .catch(() => undefined);
    const facts = { by: 'MERIDIAN\\anna', pid: 4_240 };
    expect(log.lines.filter(({ level }) => level !== 'debug')).toMatchObject([
      { level: 'info', fields: { ...facts, command: 'change', params: { to: 3 }, outcome: 'success' } },
      { level: 'warn', fields: { ...facts, command: 'fail', outcome: 'failure' } },
      { level: 'warn', message: 'Control command denied', fields: { ...facts, command: 'change' } },
    ]);
  });
});

describe('bounds', () => {
  const busy = expect.objectContaining({ code: 'PC_CONTROL_BUSY' });

  it('administrators find room when readers have taken all there is, but not without end', async () => {
    for (const reader of [connect('read'), connect('read')]) expect(await reader.ask('look')).toBe('seen');
    const administrators = [connect(), connect()];
    for (const each of administrators) expect(await each.ask('change', { to: 1 })).toBe(1);
    await expect(connect().ask('look')).rejects.toThrow(busy);
    administrators[0]!.close();
    await expect(connect('read').ask('look')).rejects.toThrow(busy);
    await expect.poll(() => connect().ask('change', { to: 2 })).toBe(2);
  });

  it('a client too many is told so, and the others are served on', async () => {
    const [one, two] = [connect('read'), connect('read')];
    expect(await one.ask('look')).toBe('seen');
    expect(await two.ask('look')).toBe('seen');
    await expect(connect('read').ask('look')).rejects.toThrow(busy);
    expect(await one.ask('look')).toBe('seen');
    one.close();
    two.close();
    await expect.poll(() => connect('read').ask('look')).toBe('seen');
  });

  it('a client that says nothing is disconnected', async () => {
    const impatient = new MemoryTransport();
    const parts = { transport: impatient, commands: [], log, maxClients: 2, idleTimeoutMs: 100 };
    await new ControlServer(parts).start();
    const wire = impatient.connect(callerWith('admin'));
    expect(await wire.read(60_000)).toBeUndefined();
  });

  it('a line that is none ends the conversation, with a word why', async () => {
    const wire = transport.connect(callerWith('admin'));
    await wire.write(Buffer.from('GET / HTTP/1.1\r\n'), 60_000);
    expect(Buffer.from((await wire.read(60_000)) ?? []).toString()).toContain('PC_CONTROL_PROTOCOL');
    expect(await wire.read(60_000)).toBeUndefined();
  });
});
