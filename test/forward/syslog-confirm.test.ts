import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/forward/destination.ts';
import { makeCertificates, whyNoOpenssl } from '../support/certificates.ts';
import { makeSettings, openTestRoute, trust } from '../support/destination.ts';
import { listenLocally } from '../support/listen.ts';
import { makeQueued } from '../support/outbox-entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'pc-syslog-confirm-'));
const missing = whyNoOpenssl();
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();
const broken = { code: 'ECONNRESET', scope: 'destination' };

async function listen(server: Server): Promise<number> {
  const { port, stop } = await listenLocally(server);
  cleanUps.push(stop);
  return port;
}

function open(port: number, changes: object = {}): Destination {
  const { destination } = openTestRoute(
    makeSettings('syslog', { host: '127.0.0.1', port, protocol: 'tcp', ...changes }),
  );
  cleanUps.push(() => destination.close());
  return destination;
}

describe('a syslog receiver', () => {
  it.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['ends', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['ends a moment later', (socket: Socket) => setTimeout(() => socket.end(), 40)],
  ])('that %s by itself, having read nothing, has confirmed nothing', async (_, leave) => {
    const destination = open(await listen(createServer({ pauseOnConnect: true }, leave)));
    for (let batch = 0; batch < 5; batch++) {
      await expect(destination.send([makeQueued(batch)], signal)).rejects.toMatchObject(broken);
    }
  });

  it('that ends its side after the agent has confirmed the batch', async () => {
    let read = 0;
    const server = createServer((socket) =>
      socket.on('data', (data: Buffer) => {
        read += data.length;
      }),
    );
    const destination = open(await listen(server));
    const document = JSON.stringify({ event: { id: 'large' }, message: 'x'.repeat(7_000) });
    const batch = Array.from({ length: 500 }, (_, seq) => makeQueued(seq, { document }));
    expect((await destination.send(batch, signal)).verdicts).toEqual(batch.map(() => 'delivered'));
    expect(read).toBeGreaterThan(batch.length * 7_000);
  });

  it.skipIf(missing !== undefined).each([
    ['ends', (socket: Socket) => socket.end()],
    ['closes', (socket: Socket) => socket.destroy()],
  ])('that %s a TLS connection by itself has confirmed nothing', async (how, leave) => {
    const own = makeCertificates(join(folder, how));
    const server = createTlsServer({ cert: own.cert, key: own.key }, (socket) => {
      socket.on('error', () => undefined);
      leave(socket);
    });
    server.on('tlsClientError', () => undefined);
    const port = await listen(server);
    const destination = open(port, { host: 'localhost', protocol: 'tls', tls: trust(own.caFile) });
    for (let batch = 0; batch < 5; batch++) {
      await expect(destination.send([makeQueued(batch)], signal)).rejects.toMatchObject({
        scope: 'destination',
      });
    }
  });
});
