import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { toEcs } from '../../src/event/index.ts';
import { makeSettings, openTestRoute } from '../support/destination.ts';
import { type OpensearchPeer, startOpensearch, whyNoOpensearch } from '../support/opensearch-peer.ts';
import { makeQueued } from '../support/outbox-entry.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const missing = whyNoOpensearch();
const folder = mkdtempSync(join(tmpdir(), 'pc-opensearch-'));
let peer: OpensearchPeer;

beforeAll(async () => {
  if (missing === undefined) peer = await startOpensearch(join(folder, 'node'));
}, 120_000);
afterAll(async () => {
  if (missing === undefined) await peer.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function command(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(folder, 'agent.yaml');
  const yaml = `forward: {destinations: {search: {type: elasticsearch, hosts: ['${peer.url}'], proxy: none}}}`;
  writeFileSync(file, yaml, { mode: 0o600 });
  const text = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk, _encoding, next) {
        text[name] += String(chunk);
        next();
      },
    });
  const io = { stdin: Readable.from([]), stdout: sink('stdout'), stderr: sink('stderr'), env: {} };
  return { code: await run([...args, '--config', file], io), ...text };
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
        const { code, stdout, stderr } = await command('siem', 'elastic', 'setup');
        expect(stderr).toBe('');
        expect(code).toBe(0);
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
        const { code, stdout, stderr } = await command(
          ...args,
          '--slice-hours',
          '0.25',
          '--min-probability',
          '0',
        );
        expect(stderr).toBe('');
        expect(code).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ read: 400, scored: 400, written: 400 });
      }
      expect(await count('logs-problemchild.score-default')).toBe(400);
    });
  },
);
