import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { OutboxTable, Store } from '../../../src/store/index.ts';
import { makeEntries } from '../../support/outbox-entry.ts';

/** A receiver that says back everything it was sent, as some do in their error pages. */
let server: Server;
let seen: string[];
let folder: string;

const secrets = {
  API_KEY: 'an-api-key-of-elastic-4711',
  PASSWORD: 'pass"word with spaces/and=signs',
  TOKEN: 'hec-token-0d5b2d3e-1f2a',
  HEADER: 'value-of-a-secret-header',
  HMAC: 'key-of-the-signature-99',
};
const passwordHeader = Buffer.from(`elastic:${secrets.PASSWORD}`).toString('base64');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pc-forward-secrets-'));
  seen = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = JSON.stringify(request.headers);
      seen.push(said);
      const body = Buffer.concat(chunks);
      const text =
        request.headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString();
      // 400 for a document alone makes a dead letter, whose reason is what is said here.
      response.writeHead(text.includes('TEST') ? 401 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { type: 'refused', reason: said.slice(0, 200) }, text: said }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function forward(args: readonly string[]): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    state: { file: 'state.db' },
    log: { level: 'debug', file: 'agent.log' },
    forward: {
      batchAgeMs: 0,
      backoffMinMs: 100,
      backoffMaxMs: 1_000,
      record: false,
      destinations: {
        key: { type: 'elasticsearch', hosts: [url], apiKey: { env: 'API_KEY' }, proxy: 'none' },
        basic: {
          type: 'elasticsearch',
          hosts: [url],
          user: 'elastic',
          password: { env: 'PASSWORD' },
          proxy: 'none',
        },
        hec: { type: 'splunk', url, token: { env: 'TOKEN' }, proxy: 'none' },
        otlp: { type: 'otlp', url: `${url}/v1/logs`, headers: { 'X-Key': { env: 'HEADER' } }, proxy: 'none' },
        hook: { type: 'webhook', url: `${url}/?token=${secrets.TOKEN}`, key: { env: 'HMAC' }, proxy: 'none' },
      },
    },
  };
  writeFileSync(join(folder, 'agent.json'), JSON.stringify(config), { mode: 0o600 });
  let said = '';
  const sink = () =>
    new Writable({
      write(chunk, _encoding, next) {
        said += String(chunk);
        next();
      },
    });
  const io = { stdin: Readable.from([]), stdout: sink(), stderr: sink(), env: secrets };
  await run(['forward', ...args, '--config', join(folder, 'agent.json')], io);
  return said;
}

it('no secret is said, logged or stored, not even when the receiver says it back', async () => {
  const store = Store.open(join(folder, 'state.db'));
  new OutboxTable(store).add(makeEntries(3));
  store.close();
  const said = [
    await forward(['test']),
    await forward(['drain', '--timeout', '4']),
    await forward(['status']),
    await forward(['dead-letter']),
  ].join('\n');
  // The receiver did get them, and it did say them back.
  for (const part of [secrets.API_KEY, passwordHeader, secrets.TOKEN, secrets.HEADER]) {
    expect(seen.some((headers) => headers.includes(part))).toBe(true);
  }
  expect(said).toContain('[redacted]');
  const kept = readdirSync(folder)
    .filter((name) => name !== 'agent.json')
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
  expect(kept).toContain('[redacted]');
  for (const secret of [
    ...Object.values(secrets),
    passwordHeader,
    JSON.stringify(secrets.PASSWORD).slice(1, -1),
  ]) {
    expect(said.includes(secret), `said ${secret}`).toBe(false);
    expect(kept.includes(secret), `kept ${secret}`).toBe(false);
  }
});
