import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryFailure } from '../../src/forward/destination.ts';
import type { QueuedEntry, Route } from '../../src/forward/index.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { startHecDouble } from '../support/hec-double.ts';
import { type HttpReply, startHttpReceiver } from '../support/http-receiver.ts';
import { startOtlpDouble } from '../support/otlp-double.ts';
import { makeQueued } from '../support/outbox-entry.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
});

function keep<T extends { stop(): Promise<void> }>(server: T): T {
  cleanUps.push(() => server.stop());
  return server;
}

function open(...args: Parameters<typeof openTestRoute>): Route['destination'] {
  const { destination } = openTestRoute(...args);
  cleanUps.push(() => destination.close());
  return destination;
}

const entries = [makeQueued(1), makeQueued(2), makeQueued(3)];
const { signal } = new AbortController();
const delivered = ['delivered', 'delivered', 'delivered'];

async function failureOf(
  destination: Route['destination'],
  sent: readonly QueuedEntry[] = entries,
): Promise<DeliveryFailure> {
  const error = await destination.send(sent, signal).catch((thrown: unknown) => thrown);
  if (!(error instanceof DeliveryFailure)) throw new Error('it did not fail');
  return error;
}

describe('Splunk', () => {
  it('gets each document in an envelope of its own', async () => {
    const hec = keep(await startHecDouble({ token: 'hec-token' }));
    const splunk = open(makeSettings('splunk', { url: `${hec.url}/`, index: 'siem' }));
    expect((await splunk.send(entries, signal)).verdicts).toEqual(delivered);
    expect(hec.events).toHaveLength(3);
    expect(hec.events[0]).toEqual({
      time: '1794994882.001',
      host: 'WS-0417',
      source: 'problemchild',
      sourcetype: 'problemchild:alert',
      index: 'siem',
      fields: { event_id: 'alert-00000001' },
      event: JSON.parse(entries[0]!.document),
    });
  });

  it('waits for the acknowledgement of the indexers', async () => {
    const hec = keep(await startHecDouble({ token: 'hec-token', ack: true }));
    const splunk = open(makeSettings('splunk', { url: hec.url, acknowledge: true }));
    let isDone = false;
    const sent = splunk.send(entries, signal).then((result) => {
      isDone = true;
      return result;
    });
    while (hec.requests.filter(({ path }) => path.includes('/ack')).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(isDone).toBe(false);
    hec.acknowledge();
    expect((await sent).verdicts).toEqual(delivered);
  });

  it('does not take received for indexed', async () => {
    const hec = keep(await startHecDouble({ token: 'hec-token', ack: true }));
    const splunk = open(makeSettings('splunk', { url: hec.url, acknowledge: true }));
    const error = await splunk.send(entries, AbortSignal.timeout(200)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeliveryFailure);
    const off = keep(await startHecDouble({ token: 'hec-token' }));
    expect(await failureOf(open(makeSettings('splunk', { url: off.url, acknowledge: true })))).toMatchObject({
      code: 'HEC ACK',
    });
  });

  it('refuses only the event that the collector refuses', async () => {
    const refuses = (event: unknown): boolean => JSON.stringify(event).includes('alert-00000002');
    const hec = keep(await startHecDouble({ token: 'hec-token', refuses }));
    const splunk = open(makeSettings('splunk', { url: hec.url }));
    expect((await splunk.send(entries, signal)).verdicts).toEqual([
      'retry',
      { rejected: 'HEC 6: Invalid data format' },
      'retry',
    ]);
  });

  it('says what is wrong with the token without showing it', async () => {
    const hec = keep(await startHecDouble({ token: 'another' }));
    const failure = await failureOf(open(makeSettings('splunk', { url: hec.url, token: 'my-hec-token' })));
    expect(failure).toMatchObject({ code: 'HTTP 403', scope: 'destination' });
    expect(failure.message).toMatch(/Invalid token \(4\)$/);
    expect(failure.message).not.toContain('my-hec-token');
  });
});

describe('OTLP', () => {
  it('sends log records that the protocol defines', async () => {
    const otlp = keep(await startOtlpDouble());
    const destination = open(makeSettings('otlp', { url: `${otlp.url}/v1/logs` }));
    expect((await destination.send(entries, signal)).verdicts).toEqual(delivered);
    expect(otlp.records).toHaveLength(3);
    expect(otlp.records[0]).toMatchObject({
      timeUnixNano: '1794994882001000000',
      severityNumber: 17,
      severityText: 'high',
      eventName: 'problemchild.alert',
      attributes: [
        { key: 'event.id', value: { stringValue: 'alert-00000001' } },
        { key: 'event.severity', value: { intValue: '73' } },
        { key: 'rule.id', value: { stringValue: 'rule-1' } },
      ],
    });
    expect(JSON.stringify(otlp.records[0]?.body)).toContain('"doubleValue":0.99');
  });

  it('narrows down which records were rejected', async () => {
    const otlp = keep(
      await startOtlpDouble({ rejects: (record) => JSON.stringify(record).includes('alert-00000002') }),
    );
    const destination = open(makeSettings('otlp', { url: `${otlp.url}/v1/logs` }));
    expect(await failureOf(destination)).toMatchObject({ scope: 'batch', code: 'PARTIAL' });
    expect((await destination.send([entries[1]!], signal)).verdicts).toEqual([{ rejected: 'too old' }]);
  });

  it.each([
    [400, 'batch'],
    [503, 'destination'],
    [404, 'destination'],
  ])('takes %i for a failure of the %s', async (status, scope) => {
    const server = keep(await startHttpReceiver(() => ({ status, headers: { 'retry-after': '7' } })));
    const failure = await failureOf(open(makeSettings('otlp', { url: `${server.url}/v1/logs` })));
    expect(failure.scope).toBe(scope);
    if (status === 503) expect(failure.retryAfterMs).toBe(7_000);
  });
});

describe('a webhook', () => {
  it('gets signed bodies', async () => {
    const server = keep(await startHttpReceiver(() => ({ status: 204 })));
    const env = { HOOK_KEY: 'shared-key', HOOK_HEADER: 'abc' };
    const settings = makeSettings('webhook', {
      url: `${server.url}/hook`,
      key: { env: 'HOOK_KEY' },
      headers: { 'X-Auth': { env: 'HOOK_HEADER' } },
    });
    expect((await open(settings, { env }).send(entries, signal)).verdicts).toEqual(delivered);
    const [request] = server.requests;
    const body = request?.body ?? '';
    expect(JSON.parse(body)).toEqual({ events: entries.map(({ document }) => JSON.parse(document)) });
    const seconds = Date.UTC(2026, 10, 18, 10) / 1_000;
    const mac = createHmac('sha256', 'shared-key').update(`${seconds}.${body}`).digest('hex');
    expect(request?.headers).toMatchObject({
      'x-problemchild-signature': `t=${seconds},v1=${mac}`,
      'x-auth': 'abc',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it.each(['slack', 'teams'] as const)(
    'gets one message each for %s, with markup made harmless',
    async (template) => {
      const server = keep(await startHttpReceiver(() => ({ status: 200, body: 'ok' })));
      const document = JSON.stringify({
        message: 'evil <script> [link](http://x) @here\u202e',
        rule: { name: 'Rule *one*' },
        process: { command_line: 'cmd /c `whoami` <http://x|y>' },
      });
      const hostile = [makeQueued(1, { document }), makeQueued(2, { document })];
      const settings = makeSettings('webhook', { url: server.url, template });
      expect((await open(settings).send(hostile, signal)).verdicts).toEqual(['delivered', 'delivered']);
      expect(server.requests).toHaveLength(2);
      const text = server.requests[0]?.body ?? '';
      JSON.parse(text);
      expect(text).toContain(template === 'slack' ? '\\\\u{202e}' : '\\\\u\\\\{202e');
      if (template === 'slack') {
        expect(text).toContain('&lt;script&gt;');
        expect(text).toContain('ˋwhoamiˋ');
      } else {
        expect(text).toContain('application/vnd.microsoft.card.adaptive');
        expect(text).toContain('\\\\<script\\\\>');
      }
    },
  );

  it('keeps what a chat took when a later message fails', async () => {
    const replies: HttpReply[] = [
      { status: 200 },
      { status: 400, body: 'invalid_payload' },
      { status: 400, body: 'invalid_payload' },
      { status: 429 },
    ];
    const server = keep(await startHttpReceiver(() => replies.shift() ?? { status: 200 }));
    const destination = open(makeSettings('webhook', { url: server.url, template: 'slack' }));
    const { verdicts, failure } = await destination.send(entries, signal);
    expect(verdicts).toEqual(['delivered', 'retry', 'retry']);
    expect(failure).toMatchObject({
      scope: 'batch',
      message: expect.stringContaining('HTTP 400: invalid_payload'),
    });
    expect(await failureOf(destination, [entries[1]!])).toMatchObject({ scope: 'batch' });
    expect(await failureOf(destination, [entries[2]!])).toMatchObject({ scope: 'destination' });
  });

  it('does not follow a redirect with its secret', async () => {
    const other = keep(await startHttpReceiver(() => ({ status: 200 })));
    const server = keep(await startHttpReceiver(() => ({ status: 307, headers: { location: other.url } })));
    const failure = await failureOf(open(makeSettings('webhook', { url: server.url })));
    expect(failure.code).toBe('HTTP 307');
    expect(other.requests).toHaveLength(0);
  });
});

describe('the event log', () => {
  it('gets one event a document, cut to what Windows takes', async () => {
    const written: [string, string, string][] = [];
    const openEventLog = () => ({
      write: (...args: [string, string, string]) => void written.push(args),
      close: () => undefined,
    });
    const settings = makeSettings('eventlog', {});
    const long = makeQueued(2, {
      severity: 21,
      document: JSON.stringify({ event: { id: 'x' }, process: { command_line: 'y'.repeat(50_000) } }),
    });
    const route = openTestRoute(settings, { openEventLog: openEventLog as never });
    expect((await route.destination.send([entries[0]!, long], signal)).verdicts).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(written[0]?.slice(0, 2)).toEqual(['error', 'alert']);
    expect(written[1]?.[0]).toBe('warning');
    expect(JSON.parse(written[1]?.[2] ?? '')).toMatchObject({
      event: { id: 'x' },
      problemchild: { trimmed: true },
    });
    expect(() => openTestRoute(settings)).toThrow('on Windows only');
  });

  it('keeps the order when one cannot be written', async () => {
    let count = 0;
    const write = (): void => {
      count++;
      if (count === 2) throw new Error('the log is full');
    };
    const openEventLog = () => ({ write, close: () => undefined });
    const { destination } = openTestRoute(makeSettings('eventlog', {}), { openEventLog });
    expect(await destination.send(entries, signal)).toMatchObject({
      verdicts: ['delivered', 'retry', 'retry'],
      failure: { message: 'the log is full' },
    });
  });
});
