import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Route } from '../../src/forward/index.ts';
import { makeCertificates, whyNoOpenssl } from '../support/certificates.ts';
import {
  type CollectedRecord,
  type CollectorPeer,
  startCollector,
  whyNoCollector,
} from '../support/collector-peer.ts';
import { makeSettings, openTestRoute, trust } from '../support/destination.ts';
import { makeEntry } from '../support/outbox-entry.ts';

const reason = whyNoCollector() ?? whyNoOpenssl();
if (reason !== undefined) process.stderr.write(`the OpenTelemetry Collector: skipped: ${reason}\n`);

let folder: string;
let peer: CollectorPeer | undefined;
let destination: Route['destination'] | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-collector-'));
});
afterEach(async () => {
  await destination?.close();
  await peer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ seq: from + index, ...makeEntry(from + index) }));
const signal = (): AbortSignal => AbortSignal.timeout(60_000);
const odd = {
  text: 'ä ☃ "quoted" \\ \u0001 \u2028 😀 </script> %0a',
  whole: 9_007_199_254_740_991,
  part: 0.999,
  yes: true,
  list: ['a', 1, { b: [] }],
};

describe.skipIf(reason !== undefined)('the OpenTelemetry Collector', () => {
  it.each([true, false])('takes every batch in order, gzip %s', async (gzip) => {
    peer = await startCollector(folder);
    const url = `http://127.0.0.1:${peer.port}/v1/logs`;
    destination = openTestRoute(makeSettings('otlp', { url, gzip })).destination;
    for (let from = 0; from < 1_000; from += 250) {
      const { verdicts, failure } = await destination.send(entries(from, 250), signal());
      expect(failure).toBeUndefined();
      expect(new Set(verdicts)).toEqual(new Set(['delivered']));
    }
    const records = await peer.records(1_000);
    const ids = records.map(
      ({ attributes }) => attributes.find(({ key }) => key === 'event.id')?.value['stringValue'],
    );
    expect(ids).toEqual(entries(0, 1_000).map(({ eventId }) => eventId));
    expect(records[0]).toMatchObject({
      eventName: 'problemchild.alert',
      timeUnixNano: `${entries(0, 1)[0]?.timeMs}000000`,
      body: {
        kvlistValue: { values: expect.arrayContaining([expect.objectContaining({ key: 'event' })]) },
      },
    });
  });

  it('keeps numbers, booleans, lists and text of any kind as they are', async () => {
    peer = await startCollector(folder);
    const url = `http://127.0.0.1:${peer.port}/v1/logs`;
    destination = openTestRoute(makeSettings('otlp', { url })).destination;
    const { failure } = await destination.send([withFields({ odd: { ...odd, none: null } })], signal());
    expect(failure).toBeUndefined();
    const [record] = await peer.records(1);
    const body = record?.body as { kvlistValue: { values: { key: string; value: unknown }[] } } | undefined;
    const values = body?.kvlistValue.values ?? [];
    expect(values.find(({ key }) => key === 'odd')?.value).toEqual({
      kvlistValue: {
        values: [
          { key: 'text', value: { stringValue: odd.text } },
          { key: 'whole', value: { intValue: '9007199254740991' } },
          { key: 'part', value: { doubleValue: 0.999 } },
          { key: 'yes', value: { boolValue: true } },
          {
            key: 'list',
            value: {
              arrayValue: {
                values: [
                  { stringValue: 'a' },
                  { intValue: '1' },
                  { kvlistValue: { values: [{ key: 'b', value: { arrayValue: {} } }] } },
                ],
              },
            },
          },
        ],
      },
    });
  });

  it('over TLS wants a client certificate, and gets it', async () => {
    const own = makeCertificates(join(folder, 'certificates'));
    peer = await startCollector(folder, own);
    const url = `https://localhost:${peer.port}/v1/logs`;
    const without = openTestRoute(makeSettings('otlp', { url, tls: trust(own.caFile) })).destination;
    await expect(without.send(entries(0, 1), signal())).rejects.toThrow();
    await without.close();
    const tls = { ...trust(own.caFile), certFile: own.clientCertFile, keyFile: own.clientKeyFile };
    destination = openTestRoute(makeSettings('otlp', { url, tls })).destination;
    expect((await destination.send(entries(0, 3), signal())).verdicts).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
    expect(await peer.records(3)).toHaveLength(3);
  });

  it('says what is wrong with the path', async () => {
    peer = await startCollector(folder);
    const url = `http://127.0.0.1:${peer.port}/v1/log`;
    destination = openTestRoute(makeSettings('otlp', { url })).destination;
    await expect(destination.send(entries(0, 1), signal())).rejects.toMatchObject({ code: 'HTTP 404' });
  });
});

describe.skipIf(reason !== undefined)("the Collector's receiver for Splunk's HTTP Event Collector", () => {
  const port = (acknowledge: boolean) => (acknowledge ? peer?.acknowledgingPort : peer?.hecPort);
  const open = (acknowledge: boolean, gzip = true) => {
    const url = `http://127.0.0.1:${port(acknowledge)}`;
    return openTestRoute(makeSettings('splunk', { url, acknowledge, gzip, index: 'edr' })).destination;
  };

  it.each([
    { acknowledge: false, gzip: true },
    { acknowledge: false, gzip: false },
    { acknowledge: true, gzip: true },
    { acknowledge: true, gzip: false },
  ])('takes every event once and in order: %o', async ({ acknowledge, gzip }) => {
    peer = await startCollector(folder);
    destination = open(acknowledge, gzip);
    for (let from = 0; from < 1_000; from += 250) {
      const { verdicts, failure } = await destination.send(entries(from, 250), signal());
      expect(failure).toBeUndefined();
      expect(new Set(verdicts)).toEqual(new Set(['delivered']));
    }
    const sent = entries(0, 1_000);
    const records = await peer.records(1_000);
    const idsOf = ({ attributes, body }: CollectedRecord) => [
      attributesOf(attributes)['event_id'],
      (plain(body) as { event: { id: string } }).event.id,
    ];
    expect(records.map(idsOf)).toEqual(sent.map(({ eventId }) => [eventId, eventId]));
    expect(records.map(({ timeUnixNano }) => Math.round(Number(timeUnixNano) / 1e6))).toEqual(
      sent.map(({ timeMs }) => timeMs),
    );
    expect(attributesOf(records[0]?.resource ?? [])).toEqual({
      'host.name': 'WS-0417',
      'com.splunk.source': 'problemchild',
      'com.splunk.sourcetype': 'problemchild:alert',
      'com.splunk.index': 'edr',
      'com.splunk.hec.access_token': 'hec-token',
    });
  });

  it.each([false, true])('keeps values of every kind as they are, acknowledged %s', async (acknowledge) => {
    peer = await startCollector(folder);
    destination = open(acknowledge);
    // This receiver reads numbers as Go does, in 64 bits of floating point.
    const entry = withFields({ odd: { ...odd, whole: 4_294_967_297 } });
    expect((await destination.send([entry], signal())).verdicts).toEqual(['delivered']);
    const [record] = await peer.records(1);
    expect(plain(record?.body)).toEqual(JSON.parse(entry.document));
  });

  it('does not count a batch as delivered where the receiver acknowledges nothing', async () => {
    peer = await startCollector(folder);
    const url = `http://127.0.0.1:${peer.hecPort}`;
    destination = openTestRoute(makeSettings('splunk', { url, acknowledge: true })).destination;
    await expect(destination.send(entries(0, 1), signal())).rejects.toMatchObject({ code: 'HEC ACK' });
  });

  it('over TLS wants a client certificate, and gets it', async () => {
    const own = makeCertificates(join(folder, 'certificates'));
    peer = await startCollector(folder, own);
    const url = `https://localhost:${peer.acknowledgingPort}`;
    const tls = { ...trust(own.caFile), certFile: own.clientCertFile, keyFile: own.clientKeyFile };
    destination = openTestRoute(makeSettings('splunk', { url, tls, acknowledge: true })).destination;
    const { verdicts } = await destination.send(entries(0, 3), signal());
    expect(verdicts).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await peer.records(3)).toHaveLength(3);
    await destination.close();
    destination = openTestRoute(makeSettings('splunk', { url, tls: trust(own.caFile) })).destination;
    await expect(destination.send(entries(3, 1), signal())).rejects.toThrow();
  });
});

function withFields(fields: object) {
  const entry = { seq: 0, ...makeEntry(0) };
  return { ...entry, document: JSON.stringify({ ...JSON.parse(entry.document), ...fields }) };
}

function attributesOf(attributes: CollectedRecord['resource']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

/** What a value of OTLP's JSON form stands for. */
function plain(value: unknown): unknown {
  const { arrayValue, kvlistValue, intValue, ...rest } = value as {
    arrayValue?: { values?: unknown[] };
    kvlistValue?: { values?: { key: string; value: unknown }[] };
    intValue?: string;
  };
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plain);
  if (kvlistValue !== undefined) {
    return Object.fromEntries((kvlistValue.values ?? []).map(({ key, value: each }) => [key, plain(each)]));
  }
  return intValue === undefined ? Object.values(rest)[0] : Number(intValue);
}
