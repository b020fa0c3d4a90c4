import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseLines, runCli } from '../support/cli.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const server = readFileSync(join(samples, 'server-winlogbeat.ndjson'), 'utf8').trim().split('\n');
const deletion = server.find((line) => line.includes('delete shadows')) ?? '';

describe('explain', () => {
  it('says in words what moved the score of an event on standard input', async () => {
    const { exitCode, stdout } = await runCli(['explain'], { stdin: deletion });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[01]\.\d{3} {2}powershell\.exe → vssadmin\.exe/);
    expect(
      stdout
        .split('\n')
        .slice(2, -1)
        .every((line) => /^ *[+-]\d+\.\d\d {2}\S/.test(line)),
    ).toBe(true);
  });

  it('keeps to the number of reasons asked for, strongest first', async () => {
    const { stdout } = await runCli(['explain', '--top', '3', '--output', 'ndjson'], { stdin: deletion });
    const { problemchild } = parseLines(stdout)[0] as { problemchild: { reasons: { weight: number }[] } };
    const weights = problemchild.reasons.map(({ weight }) => Math.abs(weight));
    expect(weights).toHaveLength(3);
    expect(weights).toEqual(weights.toSorted((a, b) => b - a));
  });

  it('accounts for every record of standard input', async () => {
    const { stderr } = await runCli(['explain'], { stdin: `${deletion}\nno json\n` });
    expect(stderr).toMatch(/^files 1, records 2, process events 1, scored 1, .*rejected 1 /m);
  });

  it('explains an alert that a replay left in its state file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'explain-'));
    try {
      const state = join(folder, 'state.db');
      const replay = await runCli(['replay', '--state', state, '--output', 'ndjson', samples]);
      const alert = parseLines(replay.stdout).find(
        ({ event, process }) =>
          (event as { dataset: string }).dataset === 'problemchild.alert' &&
          (process as { name: string }).name === 'vssadmin.exe',
      )!;
      const { id } = alert['event'] as { id: string };
      const { exitCode, stdout } = await runCli(['explain', id, '--state', state]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('vssadmin.exe');
      const unknown = await runCli(['explain', 'no-such-alert', '--state', state]);
      expect(unknown.exitCode).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [['explain'], '', /no process start/],
    [['explain', '--top', '0'], deletion, /--top/],
    [['explain', 'some-alert'], '', /--state/],
  ])('%j is refused with 2', async (args, stdin, message) => {
    const { exitCode, stderr } = await runCli(args, { stdin });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
