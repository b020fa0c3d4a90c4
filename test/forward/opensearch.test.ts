import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toEcs } from '../../src/event/index.ts';
import { OutboxTable, Store } from '../../src/store/index.ts';
import { type CliResult, runConfigured } from '../support/cli.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { startForwarder } from '../support/forwarder.ts';
import { type OpensearchPeer, startOpensearch, whyNoOpensearch } from '../support/opensearch-peer.ts';
import { makeEntries, makeEntry, makeQueued } from '../support/outbox-entry.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const missing = whyNoOpensearch();
const folder = mkdtempSync(join(tmpdir(), 'pc-opensearch-'));
let peer: OpensearchPeer;

beforeAll(async () => {
  if (missing === undefined) peer = await startOpensearch(join(folder, 'node'));
});
afterAll(async () => {
  if (missing === undefined) await peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

function command(...args: string[]): Promise<CliResult> {
  const destination = `{type: elasticsearch, hosts: ['${peer.url}'], proxy: none}`;
  return runConfigured(folder, `forward: {destinations: {search: ${destination}}}`, args);
}

async function count(index: string): Promise<number> {
  await peer.call('POST', `/${index}/_refresh`);
  return ((await peer.call('GET', `/${index}/_count`)) as { count: number }).count;
}

const alerts = 'logs-problemchild.alert-default';
const { signal } = new AbortController();

describe.skipIf(missing !== undefined)(
  `a real OpenSearch${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('takes the assets, twice', async () => {
      for (let time = 0; time < 2; time++) {
        const { exitCode, stdout, stderr } = await command('siem', 'elastic', 'setup');
        expect(stderr).toBe('');
        expect(exitCode).toBe(0);
        expect(stdout).toContain('index template problemchild');
      }
    });

    it('takes alerts into a data stream, each once', async () => {
      const { destination } = openTestRoute(makeSettings('elasticsearch', { hosts: [peer.url] }), {
        timeoutMs: 30_000,
      });
      const entries = Array.from({ length: 300 }, (_, index) => makeQueued(index));
      for (let time = 0; time < 2; time++) {
        const { verdicts, failure } = await destination.send(entries, signal);
        expect(failure).toBeUndefined();
        expect(new Set(verdicts)).toEqual(new Set(['delivered']));
      }
      expect(await count(alerts)).toBe(300);
      const streams = (await peer.call('GET', `/_data_stream/${alerts}`)) as { data_streams: unknown[] };
      expect(streams.data_streams).toHaveLength(1);
      await destination.close();
    });

    it('refuses one document and takes the others', async () => {
      const { destination } = openTestRoute(
        makeSettings('elasticsearch', { hosts: [peer.url], index: 'logs-problemchild.other-default' }),
        {
          timeoutMs: 30_000,
        },
      );
      const bad = makeQueued(901, {
        document: JSON.stringify({ '@timestamp': '2026-11-18T09:41:22.001Z', process: 'not an object' }),
      });
      const { verdicts } = await destination.send([makeQueued(900), bad, makeQueued(902)], signal);
      expect(verdicts).toEqual([
        'delivered',
        { rejected: expect.stringMatching(/^400 mapper_parsing_exception/) },
        'delivered',
      ]);
      await destination.close();
    });

    it('gets nothing later while one of its indices takes nothing, and all of it in order after that', async () => {
      const blocked = 'logs-problemchild.incident-default';
      const store = Store.openTemporary();
      const queue = new OutboxTable(store);
      const forwarder = startForwarder(queue, peer.url);
      const inAlerts = async () => (await count(alerts)) - before;
      const before = await count(alerts);
      try {
        queue.add([makeEntry(2_000, { kind: 'incident' })]);
        expect(await forwarder.drain(30_000)).toBe(true);
        await peer.call('PUT', `/${blocked}/_settings`, { 'index.blocks.write': true });
        const entries = makeEntries(12, 2_001).map((entry, index) =>
          index === 1 ? { ...entry, kind: 'incident' as const } : entry,
        );
        queue.add(entries);
        await vi.waitUntil(() => (forwarder.status[0]?.failures ?? 0) >= 3, { timeout: 30_000 });
        expect(forwarder.status[0]?.lastFailure).toContain('403');
        // Of the first four, all but the one that is refused.
        expect(await inAlerts()).toBe(3);
        await peer.call('PUT', `/${blocked}/_settings`, { 'index.blocks.write': false });
        expect(await forwarder.drain(30_000)).toBe(true);
        expect(await inAlerts()).toBe(11);
        expect(await count(blocked)).toBe(2);
      } finally {
        await forwarder.stop();
        store.close();
      }
    });

    it('is hunted in', async () => {
      const lines = Array.from({ length: 400 }, (_, n) => {
        const timeMs = Date.UTC(2026, 10, 18, 9) + Math.floor(n / 2) * 10_000;
        const timestamp = new Date(timeMs).toISOString();
        const event = makeProcessEvent({ id: `start-${n}`, timeMs, timestamp, process: { pid: 1_000 + n } });
        return `{"create":{"_id":"doc-${n}"}}\n${JSON.stringify(toEcs(event))}\n`;
      });
      const properties = {
        '@timestamp': { type: 'date' },
        event: { properties: { category: { type: 'keyword' }, type: { type: 'keyword' } } },
      };
      await peer.call('PUT', '/winlogbeat-test', { mappings: { properties } });
      await fetch(`${peer.url}/winlogbeat-test/_bulk?refresh=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines.join(''),
      });
      const args = [
        'hunt',
        '--from',
        '2026-11-18T09:00:00Z',
        '--to',
        '2026-11-18T10:00:00Z',
        '--page-size',
        '37',
      ];
      for (let time = 0; time < 2; time++) {
        const { exitCode, stdout, stderr } = await command(
          ...args,
          '--slice-hours',
          '0.25',
          '--min-probability',
          '0',
        );
        expect(stderr).toBe('');
        expect(exitCode).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ read: 400, scored: 400, written: 400 });
      }
      expect(await count('logs-problemchild.score-default')).toBe(400);
    });
  },
);
