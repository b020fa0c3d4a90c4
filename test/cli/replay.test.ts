import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLines, runCli } from '../support/cli.ts';

const samples = join(import.meta.dirname, '../../samples');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('problemchild replay', () => {
  it('prints the same bytes for any batch size, alerts first and incidents last', async () => {
    const whole = await runCli(['replay', samples, '--output', 'ndjson']);
    for (const size of ['1', '7']) {
      const cut = await runCli(['replay', samples, '--output', 'ndjson', '--batch-size', size]);
      expect(cut.stdout).toBe(whole.stdout);
    }
    const documents = parseLines(whole.stdout) as { event: { kind: string; dataset: string } }[];
    const datasets = documents.map(({ event }) => event.dataset);
    const firstIncident = datasets.indexOf('problemchild.incident');
    expect(firstIncident).toBeGreaterThan(0);
    expect(new Set(datasets.slice(0, firstIncident))).toEqual(new Set(['problemchild.alert']));
    expect(new Set(datasets.slice(firstIncident))).toEqual(new Set(['problemchild.incident']));
    expect(documents.every(({ event }) => event.kind === 'alert')).toBe(true);
  });

  it('says what to look at, and tells the incidents, in the table', async () => {
    const { stdout, stderr, exitCode } = await runCli(['replay', samples]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^TIME \(UTC\)/);
    expect(stdout).toContain('next: ');
    expect(stdout).toContain('\nINCIDENTS\n');
    expect(stderr).toMatch(/, incidents \d+,/);
  });

  it('reads nothing twice with a state file', async () => {
    const state = join(folder, 'state.db');
    const first = await runCli(['replay', samples, '--output', 'ndjson', '--state', state]);
    const again = await runCli(['replay', samples, '--output', 'ndjson', '--state', state]);
    expect(first.stdout.length).toBeGreaterThan(0);
    expect(again.stdout).toBe('');
    expect(first.stderr).not.toContain('resumed');
    expect(again.stderr).toMatch(
      /resumed \([1-9]\d* files passed over as read before\), files 0, records 0,/,
    );
  });

  it('reads every stream of standard input, whatever state it goes on from', async () => {
    const state = join(folder, 'state.db');
    const stdin = readFileSync(new URL('../../samples/server-winlogbeat.ndjson', import.meta.url));
    const first = await runCli(['replay', '--state', state, '-'], { stdin });
    const again = await runCli(['replay', '--state', state, '-'], { stdin });
    expect(first.stderr).toMatch(/files 1, records [1-9]/);
    const records = (text: string) => /records \d+/.exec(text)?.[0];
    expect(records(again.stderr)).toBe(records(first.stderr));
  });

  it.each([
    ['text', 'What somebody wrote down, and no database of this agent or another.\n'.repeat(99)],
    ['a folder', undefined],
  ])('refuses %s as state file, and leaves it alone', async (_, content) => {
    const state = content === undefined ? folder : join(folder, 'notes.txt');
    if (content !== undefined) writeFileSync(state, content);
    const { exitCode, stdout, stderr } = await runCli(['replay', samples, '--state', state]);
    expect([exitCode, stdout, stderr.split(':')[0]]).toEqual([2, '', 'PC_STORE_OPEN']);
    if (content !== undefined) expect(readFileSync(state, 'utf8')).toBe(content);
  });

  it('says so where there is no folder for what it keeps meanwhile', async () => {
    const missing = join(folder, 'missing');
    vi.stubEnv('TMPDIR', missing).stubEnv('TEMP', missing);
    const { exitCode, stderr } = await runCli(['replay', samples]);
    vi.unstubAllEnvs();
    expect([exitCode, stderr.split(':')[0]]).toEqual([2, 'PC_STORE_OPEN']);
    expect(stderr).toContain(missing);
  });

  it.each([
    ['a folder of exceptions', '--exceptions', 'PC_EXCEPTION_INVALID'],
    ['a folder of indicators', '--iocs', 'PC_IOC_INVALID'],
  ])('refuses %s that is not there', async (_, flag, code) => {
    const { exitCode, stderr } = await runCli(['replay', samples, flag, join(folder, 'missing')]);
    expect([exitCode, stderr.split(':')[0]]).toEqual([2, code]);
  });
});
