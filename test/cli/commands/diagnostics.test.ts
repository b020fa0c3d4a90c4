import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { runCli } from '../../support/cli.ts';

const samples = join(import.meta.dirname, '../../../samples');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagnostics-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function unzip(path: string): Promise<Map<string, string>> {
  const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true });
  const files = new Map<string, string>();
  for await (const entry of archive.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    files.set(entry.fileName, Buffer.concat(chunks).toString());
  }
  archive.close();
  return files;
}

const secret = fc
  .array(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEF0123456789"\\/+=%& '), {
    minLength: 10,
    maxLength: 40,
  })
  .map((all) => `S${all.join('')}S`);

describe('problemchild diagnostics', () => {
  it('holds no secret, wherever the configuration has it and whatever repeats it', async () => {
    let run = 0;
    const secrets = fc.tuple(secret, secret, secret, secret, secret);
    await fc.assert(
      fc.asyncProperty(
        secrets,
        fc.boolean(),
        async ([inline, fromEnv, fromFile, header, key], withEvents) => {
          run += 1;
          const out = join(folder, `${run}.zip`);
          const secretFile = join(folder, 'secret');
          const log = join(folder, 'agent.log');
          writeFileSync(secretFile, `${fromFile}\n`, { mode: 0o600 });
          const line = { '@timestamp': 'now', message: `said ${inline}`, fields: { why: fromFile, header } };
          writeFileSync(log, `${JSON.stringify(line)}\n`);
          const destinations = {
            one: { type: 'splunk', url: 'https://a.example', token: inline },
            two: { type: 'splunk', url: 'https://b.example', token: { env: 'TOKEN_OF_TWO' } },
            three: { type: 'elasticsearch', hosts: ['https://c.example'], apiKey: { file: secretFile } },
            four: { type: 'otlp', url: 'https://d.example', headers: { 'x-key': header } },
          };
          const config = join(folder, 'agent.json');
          const anomaly = { organisationKey: `${key}${key}${key}` };
          writeFileSync(config, JSON.stringify({ log: { file: log }, anomaly, forward: { destinations } }));
          const flags = ['--config', config, '--out', out, ...(withEvents ? ['--include-events'] : [])];
          const env = { TOKEN_OF_TWO: fromEnv };
          const { exitCode, stderr } = await runCli(['diagnostics', ...flags], { env });
          expect([exitCode, withEvents ? '' : stderr]).toEqual([0, '']);
          const all = [...(await unzip(out)).values()].join('\n');
          for (const each of [inline, fromEnv, fromFile, header, key]) {
            expect(all).not.toContain(each);
            expect(all).not.toContain(JSON.stringify(each).slice(1, -1));
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('has what it lists, and neither users nor command lines unless they are asked for', async () => {
    const state = join(folder, 'state.db');
    await runCli(['replay', samples, '--output', 'ndjson', '--state', state]);
    const log = join(folder, 'agent.log');
    const line = {
      '@timestamp': 'now',
      'log.level': 'warn',
      message: 'Input rejected',
      fields: { record: 7, why: 'whoami.exe' },
    };
    writeFileSync(log, `${JSON.stringify(line)}\n`);
    const env = { PC_LOG_FILE: log };

    const plain = join(folder, 'plain.zip');
    await runCli(['diagnostics', '--state', state, '--out', plain], { env });
    const files = await unzip(plain);
    const manifest = JSON.parse(files.get('manifest.json')!) as { files: { name: string; sha256: string }[] };
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(
      [...files.keys()].filter((name) => name !== 'manifest.json').sort(),
    );
    for (const { name, sha256 } of manifest.files) {
      expect(createHash('sha256').update(files.get(name)!).digest('hex')).toBe(sha256);
    }
    const all = [...files.values()].join('\n');
    expect(all).not.toContain('whoami');
    expect(all).not.toContain('certutil');
    expect(JSON.parse(files.get('log.ndjson')!)).toMatchObject({ fields: { record: 7 } });
    const { state: facts } = JSON.parse(files.get('state.json')!) as {
      state: { tables: Record<string, number> };
    };
    expect(facts.tables['alert']).toBeGreaterThan(10);

    const full = join(folder, 'full.zip');
    await runCli(['diagnostics', '--state', state, '--out', full, '--include-events'], { env });
    expect((await unzip(full)).get('alerts.ndjson')).toContain('command_line');
  });

  it('is made of a refused configuration and a damaged state file too, and never written over a file', async () => {
    const out = join(folder, 'a.zip');
    const config = join(folder, 'agent.yaml');
    writeFileSync(config, 'nonsense: 1\n');
    expect((await runCli(['diagnostics', '--config', config, '--out', out])).exitCode).toBe(0);
    expect([...(await unzip(out)).keys()]).toEqual(['versions.json', 'doctor.json', 'manifest.json']);
    expect((await runCli(['diagnostics', '--out', out])).exitCode).toBe(2);

    const state = join(folder, 'state.db');
    writeFileSync(state, 'no database'.repeat(500));
    const damaged = join(folder, 'b.zip');
    expect((await runCli(['diagnostics', '--state', state, '--out', damaged])).exitCode).toBe(0);
    expect((await unzip(damaged)).get('state.json')).toContain('not a database');
    expect(readFileSync(state, 'utf8')).toContain('no database');
    expect(existsSync(`${state}-wal`)).toBe(false);
  });
});
