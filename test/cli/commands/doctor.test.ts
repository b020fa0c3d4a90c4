import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboxTable, Store } from '../../../src/store/index.ts';
import { makeCertificates, whyNoOpenssl } from '../../support/certificates.ts';
import { type CliResult, runCli } from '../../support/cli.ts';

const samples = join(import.meta.dirname, '../../../samples');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  verdict: string;
  counts: Record<string, number>;
  checks: { id: string; title: string; state: string; cause: string; remedy: string | null }[];
}

function find({ stdout }: CliResult, id: string): Report['checks'][number] {
  const { checks } = JSON.parse(stdout) as Report;
  return checks.find((check) => check.id === id)!;
}

function writeConfig(text: string): string {
  const path = join(folder, 'agent.yaml');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe('problemchild doctor', () => {
  it('passes a sound installation, and changes nothing', async () => {
    const state = join(folder, 'state.db');
    await runCli(['replay', samples, '--output', 'ndjson', '--state', state]);
    const config = writeConfig('forward:\n  destinations:\n    siem: { type: file, path: out.ndjson }\n');
    const before = readdirSync(folder).sort();
    const result = await runCli(['doctor', '--json', '--config', config, '--state', state]);
    const { checks, counts } = JSON.parse(result.stdout) as Report;
    expect(checks.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(result.exitCode).toBe(counts['warn'] === 0 ? 0 : 1);
    expect(find(result, 'model-self-check')).toMatchObject({ state: 'ok', remedy: null });
    expect(find(result, 'state-integrity')).toMatchObject({ state: 'ok' });
    expect(find(result, 'destinations')).toMatchObject({ state: 'ok', cause: 'siem, record' });
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('tells of a refused configuration as a finding, and looks at all else', async () => {
    const config = writeConfig('model: { bundel: x }\n');
    const result = await runCli(['doctor', '--json', '--config', config]);
    expect(result.exitCode).toBe(2);
    expect(find(result, 'config-valid')).toMatchObject({
      state: 'fail',
      cause: expect.stringContaining('bundel') as string,
    });
    expect(find(result, 'rules')).toMatchObject({ state: 'skipped', cause: 'the configuration was refused' });
    expect(find(result, 'node-version').state).toBe('ok');
  });

  it('does not make a state file that is not there', async () => {
    const result = await runCli(['doctor', '--json', '--state', join(folder, 'state.db')]);
    expect(find(result, 'state-integrity')).toMatchObject({ state: 'skipped' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('finds a damaged state file, a full queue and dead letters', async () => {
    const sound = join(folder, 'sound.db');
    const store = Store.open(sound);
    const outbox = new OutboxTable(store);
    outbox.configure(['siem']);
    const entry = { eventId: 'e1', kind: 'alert', severity: 50, timeMs: 0, document: 'x'.repeat(2_000_000) };
    outbox.add([entry as never]);
    const [queued] = outbox.read('siem', 0, { maxEntries: 1, maxBytes: 1 });
    outbox.settle('siem', {
      cursor: 0,
      delivered: 0,
      filtered: 0,
      rejected: [{ entry: queued!, reason: '\u001b[31mno\u0007' }],
    });
    outbox.advanceClock(7_200_000);
    store.close();
    const config = writeConfig('forward: { maxQueueBytes: 1048576 }\n');
    const result = await runCli(['doctor', '--json', '--config', config, '--state', sound]);
    expect(find(result, 'outbox-backlog').state).toBe('fail');
    expect(find(result, 'outbox-age')).toMatchObject({ state: 'warn' });
    expect(find(result, 'dead-letters')).toMatchObject({ state: 'warn' });
    const table = await runCli(['doctor', '--config', config, '--state', sound]);
    expect(table.stdout).toContain('FAIL outbox-backlog');
    expect(table.stdout).not.toContain('\u001b');
    expect(table.stdout).not.toContain('\u0007');

    const broken = join(folder, 'broken.db');
    writeFileSync(broken, 'no database, but long enough to look like a file of some kind'.repeat(100));
    const damaged = await runCli(['doctor', '--json', '--state', broken]);
    expect(damaged.exitCode).toBe(2);
    expect(find(damaged, 'state-integrity')).toMatchObject({
      state: 'fail',
      cause: expect.stringContaining('PC_STORE_OPEN') as string,
    });
  });

  it.skipIf(whyNoOpenssl() !== undefined)(
    'finds secrets that cannot be opened, certificates that run out, and an open folder',
    async () => {
      const { caFile } = makeCertificates(join(folder, 'tls'));
      const config = writeConfig(
        [
          'forward:',
          '  destinations:',
          '    one: { type: splunk, url: "https://a.example", token: { env: NOT_THERE } }',
          `    two: { type: splunk, url: "https://b.example", token: inline-token, tls: { caFile: ${caFile} } }`,
          `    three: { type: otlp, url: "https://c.example", tls: { caFile: ${join(folder, 'none.pem')} } }`,
        ].join('\n'),
      );
      const open = join(folder, 'open');
      mkdirSync(open);
      chmodSync(open, 0o777);
      const result = await runCli(['doctor', '--json', '--config', config, '--state', join(open, 's.db')], {
        env: { HTTPS_PROXY: 'not a url' },
      });
      expect(find(result, 'destination-secrets').cause).toBe(
        'one: the environment variable NOT_THERE is not set',
      );
      expect(find(result, 'destination-certificates').cause).toContain('three: ');
      expect(find(result, 'config-secrets')).toMatchObject({
        state: 'warn',
        cause: expect.stringContaining('two.token') as string,
      });
      expect(result.stdout).not.toContain('inline-token');
      expect(find(result, 'certificate-expiry').cause).toContain('good for less than 30 days');
      expect(find(result, 'proxy').state).toBe('fail');
      expect(find(result, 'state-folder').state).toBe('warn');
    },
  );

  it.skipIf(process.platform !== 'linux')('tries whether a folder can be written', async () => {
    // Its mode lets root write there; the kernel does not.
    const config = writeConfig('log: { file: /proc/self/agent.log }\n');
    const result = await runCli([
      'doctor',
      '--json',
      '--config',
      config,
      '--state',
      join(folder, 'state.db'),
    ]);
    expect(find(result, 'log-file')).toMatchObject({
      state: 'fail',
      cause: expect.stringMatching(/^\/proc\/self cannot be written$/) as string,
    });
    expect(find(result, 'state-folder').state).toBe('ok');
    expect(readdirSync(folder)).toEqual(['agent.yaml']);
  });

  it('names expired exceptions', async () => {
    const entries = ['old', 'fresh'].map((id) =>
      [
        `  - id: ${id}`,
        '    conditions: [{ field: process.name, is: a.exe }]',
        '    reason: test',
        '    author: test',
        `    expires: ${id === 'old' ? '2020-01-01' : '2099-01-01'}`,
      ].join('\n'),
    );
    writeFileSync(join(folder, 'ours.yml'), `exceptions:\n${entries.join('\n')}\n`);
    const result = await runCli(['doctor', '--json', '--exceptions', folder]);
    expect(find(result, 'exceptions')).toMatchObject({ state: 'ok', cause: '2 entries' });
    expect(find(result, 'exceptions-expired')).toMatchObject({ state: 'warn', cause: 'run out: old' });
  });
});
