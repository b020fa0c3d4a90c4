import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { ControlClient } from '../../../src/agent/control/client.ts';
import { defineCommand } from '../../../src/agent/control/command.ts';
import { connectPipe, PipeTransport } from '../../../src/agent/control/pipe-transport.ts';
import { ControlServer } from '../../../src/agent/control/server.ts';
import type { Caller } from '../../../src/agent/control/transport.ts';
import { PipeConnection, PipeServer, pipeDescriptor } from '../../../src/windows/index.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';
import { patienceMs, untilFound } from './until.ts';
import { noFirstInstance } from './wine-limits.ts';

const users = 'S-1-5-32-545';

for (const ffi of ffiNames) {
  describe(`the control pipe by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);
    const name = `problemchild-test-${ffi}`;

    test('carries bytes and says who calls', async () => {
      const server = PipeServer.create(library, { name, descriptor: pipeDescriptor(users), clients: 2 });
      assert.equal(server.accept(), undefined);
      const client = PipeConnection.connect(library, name, patienceMs);
      const served = await untilFound('a client', () => server.accept());
      assert.equal(served.read(), 'nothing');
      await assert.rejects(served.identify(null), /PC_E_STATE/);
      assert.equal(client.write(Buffer.from('hello')), 'taken');
      const read = await untilFound('its words', () => {
        const bytes = served.read();
        return bytes instanceof Uint8Array ? bytes : undefined;
      });
      assert.equal(Buffer.from(read).toString(), 'hello');
      const caller = await served.identify(users);
      assert.match(caller.sid, /^S-1-5-/);
      assert.match(caller.account ?? '', /\\/);
      assert.equal(caller.isAdministrator, true);
      assert.ok(caller.pid === process.pid || caller.pid === 0);
      assert.equal((await served.identify('S-1-5-21-1-2-3-4')).isInGroup, false);
      client.close();
      await untilFound('its end', () => (served.read() === 'ended' ? true : undefined));
      served.close();
      assert.equal(served.read(), 'ended');
      server.close();
    });

    test('has its name for itself', { skip: noFirstInstance }, () => {
      const options = { name, descriptor: pipeDescriptor(null), clients: 1 };
      const server = PipeServer.create(library, options);
      assert.throws(() => PipeServer.create(library, options), { code: 'PC_NATIVE_ACCESS' });
      server.close();
    });

    test('never waits, however many clients there are', () => {
      const server = PipeServer.create(library, { name, descriptor: pipeDescriptor(null), clients: 1 });
      const clients = [PipeConnection.connect(library, name, patienceMs)];
      const served = server.accept();
      clients.push(PipeConnection.connect(library, name, patienceMs));
      const beganMs = performance.now();
      for (let tries = 0; tries < 20; tries++) assert.equal(server.accept(), undefined);
      assert.ok(performance.now() - beganMs < 500);
      for (const each of [...clients, served]) each?.close();
      server.close();
    });

    test('a pipe that is closed to administrators is somebody else’s', () => {
      const descriptor = 'D:(D;;GA;;;BA)(D;;GA;;;SY)(D;;GA;;;WD)';
      const server = PipeServer.create(library, { name, descriptor, clients: 1 });
      assert.throws(() => connectPipe(library, name), { code: 'PC_CONTROL_FOREIGN' });
      server.close();
    });

    test('leaves nothing behind', () => {
      const options = { name, descriptor: pipeDescriptor(null), clients: 1 };
      PipeServer.create(library, options).close();
      assert.throws(() => PipeConnection.connect(library, name, 100), { code: 'PC_NATIVE_NOT_FOUND' });
      PipeServer.create(library, options).close();
    });

    test('answers commands of the agent’s own client and of any other', async () => {
      const log = createMemoryLog();
      const callers: Caller[] = [];
      const big = 'x'.repeat(300_000);
      const server = new ControlServer({
        transport: new PipeTransport({
          library: async () => library,
          name,
          readGroup: null,
          clients: 5,
          log,
        }),
        commands: [
          defineCommand('big', 'read', z.strictObject({}), () => big),
          defineCommand('change', 'admin', z.strictObject({}), (_params, caller) => callers.push(caller)),
        ],
        log,
        maxClients: 2,
        idleTimeoutMs: patienceMs,
      });
      await server.start();
      const client = new ControlClient(connectPipe(library, name));
      assert.equal(await client.ask('big'), big);
      assert.equal(await client.ask('change'), 1);
      assert.equal(callers[0]?.access, 'admin');
      assert.equal(log.lines.filter(({ message }) => message === 'Control command').length, 1);

      const socket = connect(`\\\\.\\pipe\\${name}`);
      await once(socket, 'connect');
      socket.write('{"v":1,"id":5,"command":"change"}\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.deepEqual(JSON.parse(answer.toString()), { v: 1, id: 5, ok: true, result: 2 });

      // Beyond those that everybody shares there is room for two administrators.
      const more: ControlClient[] = [];
      while (more.length < 2) {
        const another = new ControlClient(connectPipe(library, name));
        more.push(another);
        assert.equal(await another.ask('big'), big);
      }
      await assert.rejects(new ControlClient(connectPipe(library, name)).ask('big'), {
        code: 'PC_CONTROL_BUSY',
      });
      socket.destroy();
      for (const each of [client, ...more]) each.close();
      await server.stop();
      assert.throws(() => connectPipe(library, name), { code: 'PC_CONTROL_UNREACHABLE' });
    });
  });
}
