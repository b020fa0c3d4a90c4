import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSocket, SocketTransport } from '../../../src/agent/control/socket-transport.ts';
import type { Caller, ServerWire } from '../../../src/agent/control/transport.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-control-'));
  path = join(folder, 'agent.control.sock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = expect.objectContaining({ code: 'PC_CONTROL_OPEN' });

describe.skipIf(process.platform === 'win32')('the Unix socket', () => {
  it('carries bytes both ways and says that its owner calls', async () => {
    const callers: Caller[] = [];
    const transport = new SocketTransport(path);
    const answer = async (wire: ServerWire) => {
      const bytes = await wire.read(60_000);
      callers.push(await wire.identify());
      await wire.write(Buffer.from(bytes ?? []).reverse(), 60_000);
      wire.close();
    };
    await transport.listen((wire) => void answer(wire));
    const wire = await connectSocket(path);
    await wire.write(Buffer.from('abc'), 60_000);
    expect(Buffer.from((await wire.read(60_000)) ?? []).toString()).toBe('cba');
    expect(await wire.read(60_000)).toBeUndefined();
    wire.close();
    expect(callers).toMatchObject([
      { access: 'admin', name: expect.stringContaining('owner of the socket') },
    ]);
    await transport.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('opens to its owner only, from the first moment', async () => {
    const transport = new SocketTransport(path);
    await transport.listen(() => undefined);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['agent.control.sock']);
    await transport.close();
  });

  it('takes the place of one that nobody answers, not of one that is answered', async () => {
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    // Closing it would remove the file as well: what a killed agent leaves is a file without a listener.
    const kept = join(folder, 'kept');
    const { linkSync, renameSync } = await import('node:fs');
    linkSync(path, kept);
    await new Promise((resolve) => dead.close(resolve));
    renameSync(kept, path);

    const first = new SocketTransport(path);
    await first.listen((wire) => wire.close());
    const second = new SocketTransport(path);
    await expect(second.listen(() => undefined)).rejects.toThrow(/another agent answers/);
    await second.close();
    (await connectSocket(path)).close();
    await first.close();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves a file that is no socket where it is', async () => {
    writeFileSync(path, 'notes');
    await expect(new SocketTransport(path).listen(() => undefined)).rejects.toThrow(refused);
    expect(lstatSync(path).isFile()).toBe(true);
    await expect(connectSocket(path)).rejects.toThrow(
      expect.objectContaining({ code: 'PC_CONTROL_UNREACHABLE' }),
    );
  });

  it.each([0o777, 0o775, 0o1777])('refuses a folder of mode %o', async (mode) => {
    const open = join(folder, 'open');
    mkdirSync(open);
    chmodSync(open, mode);
    const transport = new SocketTransport(join(open, 'a.sock'));
    await expect(transport.listen(() => undefined)).rejects.toThrow(/others may write/);
    expect(readdirSync(open)).toEqual([]);
  });

  it('says that a path is too long', async () => {
    const transport = new SocketTransport(join(folder, 'x'.repeat(100)));
    await expect(transport.listen(() => undefined)).rejects.toThrow(/too long/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gives up on a peer that is silent, and cuts it off when it closes', async () => {
    const transport = new SocketTransport(path);
    await transport.listen(() => undefined);
    const wire = await connectSocket(path);
    await expect(wire.read(20)).rejects.toThrow(/in time/);
    await transport.close();
    expect(await wire.read(60_000)).toBeUndefined();
  });
});
