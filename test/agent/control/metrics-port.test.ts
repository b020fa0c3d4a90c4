import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsPort } from '../../../src/agent/control/metrics-port.ts';
import { findFreePort } from '../../support/free-port.ts';

let number: number;
let port: MetricsPort;
let failure: Error | undefined;

beforeEach(async () => {
  number = await findFreePort();
  failure = undefined;
  port = new MetricsPort(number, () => {
    if (failure !== undefined) throw failure;
    return 'page\n';
  });
  await port.start();
});

afterEach(() => port.stop());

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

function ask(method: string, path: string, host = `127.0.0.1:${number}`): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: number, path, method, headers: { host } },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('the port of metrics', () => {
  it('goes on after a time at which they could not be read', async () => {
    failure = new Error('busy');
    expect(await ask('GET', '/metrics')).toMatchObject({ status: 500, body: '' });
    failure = undefined;
    expect(await ask('GET', '/metrics')).toMatchObject({ status: 200, body: 'page\n' });
  });

  it('serves its one page', async () => {
    expect(await ask('GET', '/metrics')).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: 'page\n',
    });
    expect((await ask('GET', '/metrics', 'localhost')).status).toBe(200);
  });

  it.each([
    ['POST', '/metrics', undefined, 405],
    ['GET', '/', undefined, 404],
    ['GET', '/metrics/../status', undefined, 404],
    ['GET', '/metrics', 'evil.example', 403],
    ['GET', '/metrics', '127.0.0.1.evil.example', 403],
  ])('answers %s %s of %s with %i', async (method, path, host, status) => {
    expect(await ask(method, path, host)).toMatchObject({ status, body: '' });
  });

  it('says that a port is taken', async () => {
    await expect(new MetricsPort(number, () => '').start()).rejects.toThrow(
      expect.objectContaining({ code: 'PC_CONTROL_OPEN' }),
    );
  });
});
