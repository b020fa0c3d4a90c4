import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryFailure } from '../../src/forward/destination.ts';
import { HttpClient, type HttpClientOptions } from '../../src/forward/http-client.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { type HttpReply, startHttpReceiver } from '../support/http-receiver.ts';
import { makeQueued } from '../support/outbox-entry.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
});

/** A server that says what it wants to whoever connects. */
async function listen(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function open(changes: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({
    tls: {},
    proxy: undefined,
    connectTimeoutMs: 60_000,
    timeoutMs: 60_000,
    nowMs: () => 0,
    redact: (text) => text,
    ...changes,
  });
  cleanUps.push(() => client.close());
  return client;
}

/** Writes the same again and again, as fast as it is taken. */
function pour(socket: Socket, text: string): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(text));
    socket.once('drain', write);
  };
  write();
}

const endless = (socket: Socket): void => {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  pour(socket, `10000\r\n${'x'.repeat(65_536)}\r\n`);
};

describe('an answer', () => {
  it('that does not end is given up after 32 MB', async () => {
    const url = await listen(endless);
    await expect(open().request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'ANSWER SIZE',
    });
  });

  it('that does not end is given up behind a proxy as well', async () => {
    const proxy = { url: await listen(endless), authorization: undefined };
    const client = open({
      proxy: { http: proxy, https: undefined, isExcepted: () => false },
    });
    await expect(client.request({ method: 'GET', url: 'http://es.invalid' })).rejects.toMatchObject({
      code: 'ANSWER SIZE',
    });
  });

  it('that comes byte by byte is given up in time', async () => {
    const url = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => clearInterval(timer));
    });
    const client = open({ connectTimeoutMs: 2_000, timeoutMs: 200 });
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('whose headers do not end is given up', async () => {
    const url = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, 'X-More: and more\r\n');
    });
    await expect(open().request({ method: 'GET', url })).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_OVERFLOW',
    });
  });

  it('is not unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(50_000_000));
    const url = await listen((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    const { body } = await open().request({ method: 'GET', url });
    expect(body.length).toBeLessThanOrEqual(packed.length);
  });
});

describe('a receiver that repeats the secret it was sent', () => {
  const token = 'q7Zk-0123abcd-4567-89ef-0123-456789abcdef';
  const itemOf = (text: string): string =>
    JSON.stringify({ items: [{ create: { status: 400, error: { type: 'refused', reason: text } } }] });
  const partial = (text: string): string =>
    JSON.stringify({ partialSuccess: { rejectedLogRecords: 1, errorMessage: text } });
  const splunk = (url: string) => makeSettings('splunk', { url, token });
  const elastic = (url: string) => makeSettings('elasticsearch', { hosts: [url], apiKey: token });
  const otlp = (url: string) => makeSettings('otlp', { url, headers: { 'x-key': token } });

  it.each([
    ['of a status', 500, splunk, (text: string) => text],
    [
      'of an event',
      400,
      splunk,
      (text: string) => JSON.stringify({ text, code: 6, 'invalid-event-number': 0 }),
    ],
    ['of an item', 200, elastic, itemOf],
    ['of a part', 200, otlp, partial],
  ] as const)(
    'is not quoted with a part of it, wherever the text %s is cut',
    async (_, status, settingsFor, bodyFor) => {
      let body = '';
      const receiver = await startHttpReceiver(() => ({ status, body }));
      cleanUps.push(() => receiver.stop());
      const { destination } = openTestRoute(settingsFor(receiver.url));
      cleanUps.push(() => destination.close());
      for (const limit of [300, 1_000]) {
        for (let at = limit - token.length - 30; at <= limit; at += 3) {
          body = bodyFor(`${'x'.repeat(at)}${token}${'y'.repeat(1_000)}`);
          const said = await destination.send([makeQueued(1)], AbortSignal.timeout(5_000)).then(
            ({ verdicts }) => JSON.stringify(verdicts),
            (error: DeliveryFailure) => error.message,
          );
          expect(said).toContain('xxx');
          expect(said).not.toContain(token.slice(0, 4));
        }
      }
    },
  );
});

/** Names that answers really have, so that values of the wrong kind come where something is read. */
const names = [
  'items',
  'create',
  'status',
  'error',
  'type',
  'reason',
  'caused_by',
  'code',
  'text',
  'ackId',
  'acks',
  'invalid-event-number',
  'partialSuccess',
  'rejectedLogRecords',
  'errorMessage',
];
const anyAnswer = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, 1, 200, 201, 400, 409, 429, 500, 1e300, 'text', '\u001b[2J\n'),
    fc.array(tie('value'), { minLength: 2, maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...names), tie('value')),
  ),
})).value;

describe('whatever a receiver answers', () => {
  it.each([
    ['elasticsearch', (url: string) => makeSettings('elasticsearch', { hosts: [url] })],
    ['splunk', (url: string) => makeSettings('splunk', { url })],
    ['otlp', (url: string) => makeSettings('otlp', { url })],
    ['webhook', (url: string) => makeSettings('webhook', { url })],
  ] as const)('%s gives each document a verdict or says in a line why not', async (_, settingsFor) => {
    let reply: HttpReply = { status: 200 };
    const receiver = await startHttpReceiver(() => reply);
    cleanUps.push(() => receiver.stop());
    const { destination } = openTestRoute(settingsFor(receiver.url));
    cleanUps.push(() => destination.close());
    const entries = [makeQueued(1), makeQueued(2)];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anyAnswer.map((answer) => JSON.stringify(answer)),
          fc.string({ unit: 'binary' }),
        ),
        fc.constantFrom(200, 201, 302, 400, 401, 413, 429, 500),
        async (body, status) => {
          reply = { status, body };
          const outcome = await destination
            .send(entries, AbortSignal.timeout(5_000))
            .catch((error: unknown) => error);
          if (outcome instanceof DeliveryFailure) {
            expect(outcome.message).toMatch(/^[^\p{Cc}]{1,700}$/u);
            return;
          }
          const { verdicts } = outcome as Awaited<ReturnType<typeof destination.send>>;
          expect(verdicts).toHaveLength(entries.length);
          for (const verdict of verdicts) {
            if (typeof verdict === 'object') expect(verdict.rejected).toMatch(/^[^\p{Cc}]{1,1000}$/u);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
