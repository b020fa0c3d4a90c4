import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryFailure } from '../../src/forward/destination.ts';
import { Elasticsearch, type ElasticsearchOptions } from '../../src/forward/elasticsearch.ts';
import { compileFieldMap } from '../../src/forward/field-map.ts';
import { HttpClient } from '../../src/forward/http-client.ts';
import { ElasticsearchDouble, type ElasticsearchDoubleOptions } from '../support/elasticsearch-double.ts';
import { makeEntry, makeQueued } from '../support/outbox-entry.ts';

const doubles: ElasticsearchDouble[] = [];
const clients: Elasticsearch[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(doubles.splice(0).map((double) => double.stop()));
});

async function startDouble(options: ElasticsearchDoubleOptions = {}): Promise<ElasticsearchDouble> {
  const double = await ElasticsearchDouble.start(options);
  doubles.push(double);
  return double;
}

function connect(hosts: readonly string[], changes: Partial<ElasticsearchOptions> = {}): Elasticsearch {
  const http = new HttpClient({
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    proxy: undefined,
    connectTimeoutMs: 60_000,
    timeoutMs: 60_000,
    nowMs: () => Date.UTC(2026, 10, 18),
    redact: (text) => text,
  });
  const options = {
    hosts,
    index: 'logs-problemchild.{kind}-default',
    authorization: undefined,
    gzip: true,
    pipeline: undefined,
    ...changes,
  };
  const client = new Elasticsearch(options, http, compileFieldMap({}), () => 0);
  clients.push(client);
  return client;
}

const entries = [makeQueued(1), makeQueued(2), makeQueued(3)];
const { signal } = new AbortController();
const alerts = 'logs-problemchild.alert-default';

describe('the bulk request', () => {
  it.each([true, false])('creates documents under their event id (gzip: %s)', async (gzip) => {
    const double = await startDouble();
    const result = await connect([double.url], { gzip }).send(entries, signal);
    expect(result).toEqual({ verdicts: ['delivered', 'delivered', 'delivered'], failure: undefined });
    expect(double.ids(alerts)).toEqual(entries.map(({ eventId }) => eventId));
    expect(double.documents(alerts)[0]).toEqual(JSON.parse(makeEntry(1).document));
  });

  it('sends each kind to its own data stream, and dates what has no date', async () => {
    const double = await startDouble();
    const undated = makeQueued(1, { kind: 'health', document: '{"event":{"id":"alert-00000001"}}' });
    await connect([double.url]).send([undated], signal);
    expect(double.documents('logs-problemchild.health-default')).toEqual([
      { '@timestamp': '2026-11-18T09:41:22.001Z', event: { id: 'alert-00000001' } },
    ]);
  });

  it('takes a document that is there already for delivered', async () => {
    const double = await startDouble();
    const client = connect([double.url]);
    await client.send(entries, signal);
    expect((await client.send(entries, signal)).verdicts).toEqual(['delivered', 'delivered', 'delivered']);
    expect(double.conflicts).toBe(3);
    expect(double.documents(alerts)).toHaveLength(3);
  });

  it('tells item by item what to send again and what never to', async () => {
    const answers: Record<string, { status: number; type: string; reason: string }> = {
      'alert-00000001': { status: 429, type: 'es_rejected_execution_exception', reason: 'queue is full' },
      'alert-00000002': {
        status: 400,
        type: 'mapper_parsing_exception',
        reason: 'failed to parse field [a]\u001b',
      },
    };
    const double = await startDouble({ item: (id) => answers[id] });
    const { verdicts, failure } = await connect([double.url]).send(entries, signal);
    expect(verdicts).toEqual([
      'retry',
      { rejected: '400 mapper_parsing_exception: failed to parse field [a]\\x1b' },
      'delivered',
    ]);
    expect(failure).toMatchObject({ code: 'HTTP 429', scope: 'destination' });
  });

  it.each([
    [{ status: 503, type: 'unavailable_shards_exception', reason: '' }, 'HTTP 503'],
    [{ status: 403, type: 'security_exception', reason: 'unauthorized' }, 'INDEX 403'],
    [{ status: 404, type: 'index_not_found_exception', reason: 'no such index' }, 'INDEX 404'],
  ])('sends again on %o, as %s', async (answer, code) => {
    const double = await startDouble({ item: () => answer });
    const { verdicts, failure } = await connect([double.url]).send(entries.slice(0, 1), signal);
    expect(verdicts).toEqual(['retry']);
    expect(failure).toMatchObject({ code, scope: 'destination' });
  });
});

describe('failures', () => {
  async function failureOf(client: Elasticsearch): Promise<DeliveryFailure> {
    const error = await client.send(entries, signal).catch((thrown: unknown) => thrown);
    if (!(error instanceof DeliveryFailure)) throw new Error('it did not fail');
    return error;
  }

  it('says that nobody listens', async () => {
    const gone = await startDouble();
    await gone.stop();
    expect(await failureOf(connect([gone.url]))).toMatchObject({
      code: 'ECONNREFUSED',
      scope: 'destination',
    });
  });

  it('says what a refused key was told', async () => {
    const double = await startDouble({ authorization: 'ApiKey right' });
    const failure = await failureOf(connect([double.url], { authorization: 'ApiKey wrong-key-value' }));
    expect(failure.code).toBe('HTTP 401');
    expect(failure.message).toContain('security_exception: missing or wrong authentication credentials');
    expect(failure.message).not.toContain('wrong-key-value');
    expect(
      (await connect([double.url], { authorization: 'ApiKey right' }).send(entries, signal)).verdicts[0],
    ).toBe('delivered');
  });

  it('asks for smaller batches when one is too large', async () => {
    const double = await startDouble({ maxContentLength: 100 });
    expect(await failureOf(connect([double.url]))).toMatchObject({ code: 'HTTP 413', scope: 'batch' });
  });

  it('goes to the next host, and stays there', async () => {
    const gone = await startDouble();
    const double = await startDouble();
    await gone.stop();
    const client = connect([gone.url, double.url]);
    expect((await client.send(entries, signal)).verdicts[0]).toBe('delivered');
    await client.send([makeQueued(4)], signal);
    expect(double.requests).toHaveLength(2);
  });

  it('leaves a host that accepts and never answers', async () => {
    const { createServer } = await import('node:http');
    const silent = createServer((request) => request.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const double = await startDouble();
    const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
    const client = connect([url, double.url]);
    // The time of an attempt is up before the client's own.
    await expect(client.send(entries, AbortSignal.timeout(100))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect((await client.send(entries, signal)).verdicts[0]).toBe('delivered');
    silent.closeAllConnections();
    silent.close();
  });

  it('does not believe an answer that does not fit', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.headers['content-encoding'] === 'gzip' ? '{"items":[]}' : '<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    expect(await failureOf(connect([url]))).toMatchObject({ code: 'ANSWER' });
    expect(await failureOf(connect([url], { gzip: false }))).toMatchObject({ code: 'ANSWER' });
    server.closeAllConnections();
    server.close();
  });
});
