import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInstalledConfig } from '../../src/agent/index.ts';
import { runCli } from '../support/cli.ts';

const samples = join(import.meta.dirname, '../../samples');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-installed-'));
  mkdirSync(join(folder, 'state'));
  file = join(folder, 'problemchild.yaml');
  writeFileSync(file, 'state: { file: state/agent.db }\n', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  return runCli(args, { env: { PC_INSTALLED_CONFIG: file, ...env } });
}

describe.skipIf(process.platform === 'win32')('the configuration of the installed agent', () => {
  it.each([
    [['config', 'check'], undefined],
    [['config', 'check', '--config', 'OTHER'], undefined],
    [['config', 'check', 'OTHER'], undefined],
    [['config', 'check'], 'OTHER'],
  ])('%j with PC_CONFIG=%s', async (words, variable) => {
    const other = join(folder, 'other.yaml');
    writeFileSync(other, '', { mode: 0o600 });
    const isOther = variable !== undefined || words.includes('OTHER');
    const args = words.map((word) => (word === 'OTHER' ? other : word));
    const { stdout } = await run(args, variable === undefined ? {} : { PC_CONFIG: other });
    expect(stdout).toBe(`OK: ${isOther ? other : file}\n`);
  });

  it('is what commands about the agent go by', async () => {
    expect((await run(['forward', 'status'])).stderr).toContain(`${join(folder, 'state', 'agent.db')}`);
    const { stdout } = await run(['doctor', '--json']);
    expect(stdout).toContain(file);
  });

  it('is left alone by replay, which would learn into the state of the agent', async () => {
    const { exitCode } = await run([
      'replay',
      '--output',
      'ndjson',
      join(samples, 'server-winlogbeat.ndjson'),
    ]);
    expect(exitCode).toBe(0);
    expect(existsSync(join(folder, 'state', 'agent.db'))).toBe(false);
  });

  it('is refused where others may change it, or put another one in its place', async () => {
    chmodSync(folder, 0o777);
    const { exitCode, stderr } = await run(['config', 'check']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`PC_AGENT_UNTRUSTED: ${folder}: every user may write to it`);
  });

  it('that is not there is none', async () => {
    rmSync(file);
    const { stdout, stderr } = await run(['config', 'check']);
    expect([stdout, stderr]).toEqual(['OK: defaults and environment\n', '']);
  });

  it('that this account may not read is told of, and the defaults hold', async () => {
    // What root may not open either.
    const name = join(folder, 'x'.repeat(300));
    expect(await findInstalledConfig({ PC_INSTALLED_CONFIG: name })).toEqual({
      file: name,
      isReadable: false,
    });
    const { exitCode, stdout, stderr } = await run(['config', 'check'], { PC_INSTALLED_CONFIG: name });
    expect([exitCode, stdout]).toEqual([0, 'OK: defaults and environment\n']);
    expect(stderr).toContain('This account may not read ');
  });
});
