import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DestinationSettings } from '../../src/forward/index.ts';
import { type ProbeResult, probeRoute } from '../../src/forward/index.ts';
import { type Certificates, makeCertificates, whyNoOpenssl } from '../support/certificates.ts';
import { makeSettings, openTestRoute, trust } from '../support/destination.ts';
import { ElasticsearchDouble } from '../support/elasticsearch-double.ts';
import { type HttpProxy, startHttpProxy } from '../support/http-proxy.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { listenLocally } from '../support/listen.ts';

const folder = mkdtempSync(join(tmpdir(), 'pc-network-'));
const missing = whyNoOpenssl();
let good: Certificates;
let elsewhere: Certificates;

beforeAll(() => {
  if (missing !== undefined) return;
  good = makeCertificates(join(folder, 'good'));
  elsewhere = makeCertificates(join(folder, 'elsewhere'), 'siem.elsewhere.example');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of cleanUps.splice(0).reverse()) await each();
});

async function probe(
  settings: DestinationSettings,
  env: Record<string, string> = {},
  timeoutMs = 60_000,
): Promise<ProbeResult> {
  const route = openTestRoute(settings, { env });
  cleanUps.push(() => route.destination.close());
  const agent = { version: '0.1.0', hostName: 'WS-0417', hostId: undefined };
  return probeRoute(route, { clock: { nowMs: () => Date.UTC(2026, 10, 18) }, agent, timeoutMs });
}

async function startElastic(certificates?: Certificates): Promise<ElasticsearchDouble> {
  const double = await ElasticsearchDouble.start(certificates === undefined ? {} : { tls: certificates });
  cleanUps.push(() => double.stop());
  return double;
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const { port, stop } = await listenLocally(server);
  cleanUps.push(stop);
  return port;
}

async function startProxy(authorization?: string): Promise<HttpProxy> {
  const proxy = await startHttpProxy(authorization);
  cleanUps.push(() => proxy.stop());
  return proxy;
}

describe.skipIf(missing !== undefined)(`TLS${missing === undefined ? '' : ` (${missing})`}`, () => {
  it('trusts the authority of the file that is named', async () => {
    const double = await startElastic(good);
    const result = await probe(
      makeSettings('elasticsearch', { hosts: [double.url], tls: trust(good.caFile) }),
    );
    expect(result).toMatchObject({ ok: true, what: 'delivered' });
    expect(double.ids('logs-problemchild.alert-default')).toEqual([result.eventId]);
  });

  it('refuses an authority that is not trusted, and prints the chain', async () => {
    const double = await startElastic(good);
    const result = await probe(
      makeSettings('elasticsearch', { hosts: [double.url], tls: trust(elsewhere.caFile) }),
    );
    expect(result.ok).toBe(false);
    expect(result.what).toContain('leads to no authority that is trusted here');
    expect(result.chain[0]).toMatch(/^localhost; issued by Test authority; valid .*; names DNS:localhost/);
    expect(double.requests).toHaveLength(0);
  });

  it('refuses a certificate of another name, unless that is the name it is told to expect', async () => {
    const double = await startElastic(elsewhere);
    const tls = trust(elsewhere.caFile);
    const wrong = await probe(makeSettings('elasticsearch', { hosts: [double.url], tls }));
    expect(wrong.what).toContain('belongs to another name');
    const named = { ...tls, serverName: 'siem.elsewhere.example' };
    expect((await probe(makeSettings('elasticsearch', { hosts: [double.url], tls: named }))).ok).toBe(true);
  });

  it('checks the name of a syslog server that is reached by its address', async () => {
    const server = createTlsServer({ cert: elsewhere.cert, key: elsewhere.key }, (socket) => socket.resume());
    server.on('tlsClientError', () => undefined);
    const port = await listen(server);
    const tls = trust(elsewhere.caFile);
    const result = await probe(makeSettings('syslog', { host: '127.0.0.1', port, protocol: 'tls', tls }));
    expect(result.what).toContain('belongs to another name');
  });

  it.each(['directly', 'through a proxy'])('checks an address as it checks a name, %s', async (way) => {
    const proxy = way === 'directly' ? undefined : await startProxy();
    const settingsFor = (double: ElasticsearchDouble, own: Certificates) =>
      makeSettings('elasticsearch', {
        hosts: [`https://127.0.0.1:${double.port}`],
        tls: trust(own.caFile),
        proxy: proxy === undefined ? 'none' : { url: proxy.url, user: null, password: null, except: ['::1'] },
      });
    // Of these two only the first carries the address.
    expect(await probe(settingsFor(await startElastic(good), good))).toMatchObject({ ok: true });
    const other = await probe(settingsFor(await startElastic(elsewhere), elsewhere));
    expect(other).toMatchObject({ ok: false, what: expect.stringContaining('another name') });
    expect(proxy?.asked.length ?? 2).toBe(2);
  });

  it('shows a client certificate', async () => {
    const server = await startHttpReceiver(() => ({ status: 200 }), {
      cert: good.cert,
      key: good.key,
      ca: good.ca,
      requestCert: true,
    });
    cleanUps.push(() => server.stop());
    const tls = trust(good.caFile);
    expect((await probe(makeSettings('webhook', { url: server.url, tls }))).ok).toBe(false);
    const own = { ...tls, certFile: good.clientCertFile, keyFile: good.clientKeyFile };
    expect((await probe(makeSettings('webhook', { url: server.url, tls: own }))).ok).toBe(true);
  });

  it('does not speak TLS 1.1', async () => {
    const options = {
      cert: good.cert,
      key: good.key,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    const server = createTlsServer(options, (socket) => socket.end());
    server.on('tlsClientError', () => undefined);
    const url = `https://localhost:${await listen(server)}`;
    const result = await probe(makeSettings('webhook', { url, tls: trust(good.caFile) }));
    expect(result.ok).toBe(false);
    expect(result.what).toMatch(/^TLS: /);
  });
});

describe('proxies', () => {
  it.skipIf(missing !== undefined)('tunnel to the receiver, with a user and password', async () => {
    const double = await startElastic(good);
    const authorization = `Basic ${Buffer.from('agent:p@ss:word').toString('base64')}`;
    const proxy = await startProxy(authorization);
    const tls = trust(good.caFile);
    const settings = (password: string) =>
      makeSettings('elasticsearch', {
        hosts: [double.url],
        tls,
        proxy: { url: proxy.url, user: 'agent', password: { env: password }, except: [] },
      });
    const env = { RIGHT: 'p@ss:word', WRONG: 'wrong-password' };
    expect((await probe(settings('RIGHT'), env)).ok).toBe(true);
    expect(proxy.asked).toEqual([`localhost:${double.port}`]);
    const refused = await probe(settings('WRONG'), env);
    expect(refused.what).toContain('407');
    expect(JSON.stringify(refused)).not.toContain('wrong-password');
  });

  it.skipIf(missing !== undefined)('get no password over TLS that is not trusted', async () => {
    let heard = '';
    const server = createTlsServer({ cert: elsewhere.cert, key: elsewhere.key }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        heard += data.toString();
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
    });
    server.on('tlsClientError', () => undefined);
    const url = `https://localhost:${await listen(server)}`;
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const proxy = { url, user: 'agent', password: 'p@ss:word', except: [] };
    const settings = makeSettings('elasticsearch', {
      hosts: ['https://es.example'],
      tls: trust(good.caFile),
      proxy,
    });
    expect((await probe(settings)).ok).toBe(false);
    expect(heard).toBe('');
  });

  it('say what they refuse of plain HTTP as well, and never show their password', async () => {
    const proxy = await startProxy('Basic nobody');
    const url = proxy.url.replace('//', '//agent:p%40ss-100%@');
    const refused = await probe(
      makeSettings('otlp', { url: 'http://es.example/v1/logs', proxy: 'environment' }),
      {
        HTTP_PROXY: url,
      },
    );
    expect(refused.what).toContain('407');
    expect(proxy.asked).toEqual(['http://es.example/v1/logs']);
    expect(JSON.stringify(refused)).not.toMatch(/p(?:%40|@)ss/);
  });

  it.skipIf(missing !== undefined)(
    'are taken from the environment, and left out for hosts in NO_PROXY',
    async () => {
      const double = await startElastic(good);
      const proxy = await startProxy();
      const settings = makeSettings('elasticsearch', {
        hosts: [double.url],
        tls: trust(good.caFile),
        proxy: 'environment',
      });
      expect((await probe(settings, { HTTPS_PROXY: proxy.url })).ok).toBe(true);
      expect(proxy.asked).toHaveLength(1);
      expect((await probe(settings, { HTTPS_PROXY: proxy.url, NO_PROXY: 'other,localhost' })).ok).toBe(true);
      expect((await probe({ ...settings, proxy: 'none' }, { HTTPS_PROXY: proxy.url })).ok).toBe(true);
      expect(proxy.asked).toHaveLength(1);
    },
  );
});

describe('forward test', () => {
  it('says in words what a network does', async () => {
    const refused = await ElasticsearchDouble.start();
    await refused.stop();
    const silent = await listen(createTcpServer(() => undefined));
    const resetting = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const cases: [DestinationSettings, string][] = [
      [makeSettings('elasticsearch', { hosts: ['http://does-not-exist.invalid'] }), 'DNS'],
      [makeSettings('elasticsearch', { hosts: [refused.url] }), 'Refused'],
      [makeSettings('webhook', { url: `http://localhost:${silent}` }), 'Timeout'],
      [makeSettings('otlp', { url: `http://localhost:${resetting}` }), 'Reset'],
      [makeSettings('syslog', { host: '127.0.0.1', port: resetting }), 'Reset'],
      [makeSettings('file', { path: '/dev/null/nowhere/alerts.ndjson' }), 'The file cannot be opened'],
    ];
    for (const [settings, what] of cases) {
      // What does not answer is waited for as long as this; the others answer.
      const result = await probe(settings, {}, what === 'Timeout' ? 500 : 60_000);
      expect(result).toMatchObject({ ok: false, what: expect.stringContaining(what) });
      expect(result.remedy).not.toBe('');
    }
  });

  it.each([
    [401, '401'],
    [403, '403'],
    [404, '404'],
    [413, '413'],
    [429, '429'],
    [503, 'not well'],
    [302, 'redirects are not followed'],
  ])('explains %i', async (status, what) => {
    const server = await startHttpReceiver(() => ({ status }));
    cleanUps.push(() => server.stop());
    expect(await probe(makeSettings('webhook', { url: server.url }))).toMatchObject({
      ok: false,
      what: expect.stringContaining(what),
    });
  });
});
