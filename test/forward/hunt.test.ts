import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEcs } from '../../src/event/index.ts';
import { type CliResult, runConfigured } from '../support/cli.ts';
import { ElasticsearchDouble, type ElasticsearchDoubleOptions } from '../support/elasticsearch-double.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const fromMs = Date.UTC(2026, 10, 18, 9);
const index = 'logs-endpoint.events.process-default';
const scores = 'logs-problemchild.score-default';

let folder: string;
let double: ElasticsearchDouble;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-hunt-'));
});
afterEach(async () => {
  await double.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ElasticsearchDoubleOptions = {}): Promise<void> {
  double = await ElasticsearchDouble.start(options);
}

/** Process starts every ten seconds over an hour and a half, two of the same moment now and then. */
function fill(count = 540): void {
  const stored = new Map<string, Record<string, unknown>>();
  for (let n = 0; n < count; n++) {
    const timeMs = fromMs + Math.floor(n / 1.25) * 10_000;
    const isEvil = n % 10 === 0;
    const event = makeProcessEvent({
      id: `start-${n}`,
      timeMs,
      timestamp: new Date(timeMs).toISOString(),
      process: isEvil
        ? {
            pid: 1_000 + n,
            name: 'powershell.exe',
            executable: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
            commandLine: 'powershell.exe -nop -w hidden -enc JABjAD0ATgBlAHcALQBPAGIAagBlAGMAdAA=',
            parent: { name: 'winword.exe', executable: 'C:\\Program Files\\Microsoft Office\\winword.exe' },
          }
        : { pid: 1_000 + n },
    });
    const document = JSON.parse(JSON.stringify(toEcs(event))) as Record<string, unknown>;
    stored.set(`doc-${n}`, document);
  }
  double.indices.set(index, stored);
}

function command(...args: string[]): Promise<CliResult> {
  const destination = `{type: elasticsearch, hosts: ['${double.url}'], proxy: none}`;
  return runConfigured(folder, `forward: {destinations: {es: ${destination}}}`, args);
}

const span = ['--from', '2026-11-18T09:00:00Z', '--to', '2026-11-18T11:00:00Z'];

describe('hunt', () => {
  it.each(['elasticsearch', 'opensearch'] as const)(
    'scores what %s holds and writes the scores back',
    async (product) => {
      await start({ product });
      fill();
      const { exitCode, stdout, stderr } = await command(
        'hunt',
        ...span,
        '--page-size',
        '50',
        '--slice-hours',
        '0.25',
        '--min-probability',
        '0',
      );
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        slices: 8,
        read: 540,
        scored: 540,
        written: 540,
        refused: 0,
        other: 0,
      });
      const written = double.documents(scores);
      expect(written).toHaveLength(540);
      const origins = written.map(({ problemchild }) => (problemchild as { hunt: { id: string } }).hunt.id);
      expect(new Set(origins).size).toBe(540);
      expect(double.openPits).toBe(0);
    },
  );

  it('writes only what is suspicious, and nothing twice when it runs again', async () => {
    await start();
    fill();
    await command('hunt', ...span, '--min-probability', '0', '--target', 'everything');
    const probabilities = double
      .documents('everything')
      .map(({ problemchild }) => (problemchild as { malicious_probability: number }).malicious_probability);
    const threshold = Math.max(...probabilities);
    const args = ['hunt', ...span, '--min-probability', String(threshold)];
    const first = JSON.parse((await command(...args)).stdout) as { written: number };
    expect(first.written).toBe(probabilities.filter((each) => each >= threshold).length);
    expect(first.written).toBeLessThan(540);
    await command(...args);
    expect(double.documents(scores)).toHaveLength(first.written);
    expect(double.conflicts).toBe(first.written);
  });

  it('goes on at its checkpoint, and refuses that of another hunt', async () => {
    await start();
    fill();
    const checkpoint = join(folder, 'checkpoint.json');
    const args = ['hunt', ...span, '--slice-hours', '0.5', '--parallel', '1', '--checkpoint', checkpoint];
    expect((await command(...args)).exitCode).toBe(0);
    const saved = JSON.parse(readFileSync(checkpoint, 'utf8')) as {
      key: string;
      slices: Record<string, number | null>;
    };
    expect(saved.slices).toEqual({ 0: null, 1: null, 2: null, 3: null });

    // As if it had been stopped in the second slice.
    const stoppedMs = fromMs + 45 * 60_000;
    writeFileSync(checkpoint, JSON.stringify({ ...saved, slices: { 0: null, 1: stoppedMs } }));
    const resumed = JSON.parse((await command(...args)).stdout) as { resumed: number; read: number };
    const expected = [...(double.indices.get(index) ?? [])].filter(
      ([, document]) => Date.parse(document['@timestamp'] as string) >= stoppedMs,
    ).length;
    expect(resumed).toMatchObject({ resumed: 2, read: expected });

    const other = await command('hunt', ...span, '--slice-hours', '1', '--checkpoint', checkpoint);
    expect(other.stderr).toContain('PC_HUNT_CHECKPOINT');
  });

  it('says what a cluster refuses', async () => {
    await start({ authorization: 'ApiKey right' });
    const { exitCode, stderr } = await command('hunt', ...span);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('PC_HUNT_SEARCH');
    expect(stderr).toContain('401');
  });
});

describe('siem elastic setup', () => {
  it('installs for Elasticsearch, dashboard too where there is a Kibana', async () => {
    await start();
    const { stdout, exitCode } = await command('siem', 'elastic', 'setup');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('index template problemchild');
    expect([...double.puts.keys()]).toEqual([
      '/_ilm/policy/problemchild',
      '/_ingest/pipeline/problemchild',
      '/_index_template/problemchild',
    ]);
    expect(JSON.stringify(double.puts.get('/_index_template/problemchild'))).toContain(
      'index.lifecycle.name',
    );
  });

  it('installs for OpenSearch what it knows', async () => {
    await start({ product: 'opensearch' });
    await command('siem', 'elastic', 'setup');
    expect(double.puts.has('/_plugins/_ism/policies/problemchild')).toBe(true);
    expect(JSON.stringify(double.puts.get('/_index_template/problemchild'))).not.toContain('lifecycle');
  });

  it('ships a dashboard whose references are all there', () => {
    const text = readFileSync(join(import.meta.dirname, '../../siem/elastic/dashboard.ndjson'), 'utf8');
    const objects = text
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { id: string; type: string; references: { id: string; type: string }[] },
      );
    const known = new Set(objects.map(({ id, type }) => `${type}/${id}`));
    for (const { references } of objects) {
      for (const { id, type } of references) expect(known).toContain(`${type}/${id}`);
    }
    expect(objects.at(-1)).toMatchObject({ type: 'dashboard' });
  });
});
