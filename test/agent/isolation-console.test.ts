import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatAnswer, parseRequest, success } from '../../src/agent/control/protocol.ts';
import { openIsolationConsole } from '../../src/agent/isolation-console.ts';
import { loadConfig } from '../../src/config/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-console-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The console of a caller who names no state file. */
function open(socket: string) {
  const { config } = loadConfig({ env: { PC_CONTROL_SOCKET: socket } });
  const options = { config: () => config, env: {}, clock: { nowMs: Date.now } };
  return openIsolationConsole(options, createMemoryLog(), () => undefined);
}

it.skipIf(process.platform === 'win32')(
  'asks a running agent without the name of its state file',
  async () => {
    const socket = join(folder, 'c.sock');
    const answers: Readonly<Record<string, unknown>> = {
      status: { stateFile: '/var/lib/agent/state.db' },
      'host.status': { standing: undefined, inForce: { filters: 7 } },
    };
    const server = createServer((connection) => {
      connection.on('data', (line) => {
        const { id, command } = parseRequest(String(line));
        connection.write(formatAnswer(success(id, answers[command])));
      });
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const console = await open(socket);
    expect(await console.status()).toEqual({ inForce: { filters: 7 } });
    await console.close();
    server.close();
  },
);

it('needs the name where no agent answers', async () => {
  await expect(open(join(folder, 'none.sock'))).rejects.toThrow('name the state file with --state');
});
