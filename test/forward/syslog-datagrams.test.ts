import { createSocket, Socket, type SocketType } from 'node:dgram';
import * as dns from 'node:dns/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Destination } from '../../src/forward/destination.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { makeQueued } from '../support/outbox-entry.ts';

vi.mock('node:dns/promises', { spy: true });

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of cleanUps.splice(0).reverse()) await each();
});

const { signal } = new AbortController();

async function listen(type: SocketType, address: string): Promise<{ port: number; received: Buffer[] }> {
  const received: Buffer[] = [];
  const socket = createSocket({ type, recvBufferSize: 1_048_576 });
  socket.on('message', (message) => received.push(message));
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  cleanUps.push(() => socket.close());
  return { port: socket.address().port, received };
}

function open(changes: Partial<Parameters<typeof makeSettings<'syslog'>>[1]>): Destination {
  const { destination } = openTestRoute(makeSettings('syslog', { protocol: 'udp', ...changes }));
  cleanUps.push(() => destination.close());
  return destination;
}

/** Calls back later, as where the network answers before the next datagram leaves. */
function slowDown(onSend: (error: Error | null) => Error | null = (error) => error): void {
  const send = Socket.prototype.send as (
    this: Socket,
    message: Buffer,
    done: (error: Error | null) => void,
  ) => void;
  vi.spyOn(Socket.prototype, 'send').mockImplementation(function (this: Socket, ...args: unknown[]) {
    const [message, done] = args as [Buffer, (error: Error | null) => void];
    send.call(this, message, (error) => setTimeout(() => done(onSend(error)), 5));
  });
}

describe('syslog over UDP', () => {
  it('fails where nobody listens, however often the network says so', async () => {
    const { port } = await listen('udp4', '127.0.0.1');
    await cleanUps.pop()?.();
    slowDown();
    const destination = open({ host: '127.0.0.1', port });
    for (let batch = 0; batch < 3; batch++) {
      const entries = Array.from({ length: 5 }, (_, n) => makeQueued(n));
      // Windows has no word of it for the sender of a datagram.
      const outcome = await destination.send(entries, signal).catch((error: unknown) => error);
      if (process.platform !== 'win32') expect(outcome).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('sends no message that is larger than a datagram', async () => {
    const { port, received } = await listen('udp4', '127.0.0.1');
    const document = JSON.stringify({ event: { id: 'large' }, message: 'x'.repeat(70_000) });
    const destination = open({ host: '127.0.0.1', port, maxMessageBytes: 1_048_576 });
    await destination.send([makeQueued(1, { document })], signal);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(received[0]!.length).toBeLessThanOrEqual(65_507);
    expect(received[0]!.toString()).toContain('"trimmed":true');
  });

  it('takes a message that the way there does not carry for a fault of the message', async () => {
    const { port } = await listen('udp4', '127.0.0.1');
    slowDown(() => Object.assign(new Error('send EMSGSIZE'), { code: 'EMSGSIZE' }));
    await expect(open({ host: '127.0.0.1', port }).send([makeQueued(1)], signal)).rejects.toMatchObject({
      code: 'EMSGSIZE',
      scope: 'batch',
    });
  });

  it('reaches a name by the family of its address', async () => {
    const six = await listen('udp6', '::1').catch(() => undefined);
    const found = six === undefined ? { address: '127.0.0.1', family: 4 } : { address: '::1', family: 6 };
    const { port, received } = six ?? (await listen('udp4', '127.0.0.1'));
    vi.mocked(dns.lookup).mockImplementation((async () => found) as never);
    await open({ host: 'siem.example', port }).send([makeQueued(1)], signal);
    await vi.waitFor(() => expect(received).toHaveLength(1));
  });
});

describe('a syslog connection that is kept', () => {
  it('does not remember the batches that went over it', async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => server.close());
    const { port } = server.address() as { port: number };
    const destination = open({ host: '127.0.0.1', port, protocol: 'tcp', confirm: false });
    const warned = vi.fn();
    process.on('warning', warned);
    cleanUps.push(() => process.off('warning', warned));
    for (let batch = 0; batch < 20; batch++) await destination.send([makeQueued(batch)], signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).not.toHaveBeenCalled();
  });
});
