import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLines, runCli } from '../support/cli.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'score-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function start(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    '@timestamp': '2026-11-18T09:41:22.000Z',
    event: { kind: 'event', category: ['process'], type: ['start'] },
    host: { name: 'WS', os: { type: 'windows' } },
    process: {
      pid: 8,
      name: 'cmd.exe',
      executable: 'C:\\Windows\\System32\\cmd.exe',
      command_line: 'cmd /c dir',
    },
    ...changes,
  });
}

describe('score', () => {
  it('prints one document for each process start, with the input id, the process and the score', async () => {
    const file = write(
      'one.ndjson',
      `${start({ event: { id: 'mine', kind: 'event', category: ['process'] } })}\n`,
    );
    const { exitCode, stdout } = await runCli(['score', file]);
    expect(exitCode).toBe(0);
    const [document, ...others] = parseLines(stdout);
    expect(others).toEqual([]);
    expect(document).toMatchObject({
      '@timestamp': '2026-11-18T09:41:22.000Z',
      event: { id: 'mine', dataset: 'problemchild.score' },
      host: { name: 'WS' },
      process: { pid: 8, name: 'cmd.exe', command_line: 'cmd /c dir' },
      problemchild: { prediction: expect.toBeOneOf([0, 1]) },
    });
    const { prediction, prediction_probability, malicious_probability } = document!['problemchild'] as Record<
      string,
      number
    >;
    expect(prediction_probability).toBe(
      prediction === 1 ? malicious_probability : 1 - malicious_probability!,
    );
  });

  it('derives the same id for the same record on every run, from another folder too', async () => {
    const ids = [];
    for (const name of ['a.ndjson', 'b.ndjson']) {
      const { stdout } = await runCli(['score', write(name, `${start()}\n`)]);
      ids.push((parseLines(stdout)[0]!['event'] as { id: string }).id);
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{20}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('keeps the entity ids of a record, also where another log told of the same start before', async () => {
    const guid = (last: number) => `747F3D96-9ACD-61AF-D301-00000000010${last}`;
    const process = { pid: 8, name: 'a.exe', parent: { pid: 4, name: 'b.exe' } };
    const ofLog = { provider_name: 'Microsoft-Windows-Security-Auditing' };
    const bySysmon = {
      ...process,
      entity_id: `{${guid(1)}}`,
      parent: { ...process.parent, entity_id: guid(2) },
    };
    const lines = [
      start({ process, winlog: ofLog }),
      start({ process: bySysmon, winlog: { provider_name: 'Microsoft-Windows-Sysmon' } }),
    ];
    const { stdout } = await runCli(['score', write('twice.ndjson', `${lines.join('\n')}\n`)]);
    const ids = parseLines(stdout).map((document) => {
      const told = document['process'] as { entity_id: string; parent: { entity_id: string } };
      return [told.entity_id, told.parent.entity_id];
    });
    expect(ids[1]).toEqual([guid(1), guid(2)]);
    expect(ids[0]![0]).toMatch(/^[0-9a-f]{20}$/);
  });

  it('reads standard input', async () => {
    const { stdout } = await runCli(['score', '-'], {
      stdin: `${start()}\n${start({ '@timestamp': '2026-11-18T09:42:00Z' })}\n`,
    });
    expect(parseLines(stdout)).toHaveLength(2);
  });

  it('goes on after input that it cannot read, accounts for it, and ends with 1', async () => {
    const good = write(
      'good.ndjson',
      `${start()}\n{"broken\n[]\n${start({ process: { pid: 'x', name: 'a.exe' } })}\n`,
    );
    const { exitCode, stdout, stderr } = await runCli(['score', good, join(folder, 'absent.evtx')]);
    expect(exitCode).toBe(1);
    expect(parseLines(stdout)).toHaveLength(1);
    const summary = stderr.trimEnd().split('\n').at(-1) ?? '';
    const count = (what: string): number => Number(new RegExp(`${what} (\\d+)`).exec(summary)?.[1]);
    expect(count('records')).toBe(count('scored') + count('related') + count('filtered') + count('rejected'));
    expect(count('rejected')).toBeGreaterThanOrEqual(3);
    expect(stderr).toContain('good.ndjson');
    expect(stderr).toContain('absent.evtx');
  });

  it('says nothing of an empty file and ends with 0', async () => {
    const { exitCode, stdout, stderr } = await runCli(['score', write('empty.ndjson', '')]);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^files 1, records 0, /);
  });

  it('keeps control characters of events away from the terminal', async () => {
    const evil = write('evil.ndjson', `${start({ process: { pid: '\u001b[2J\u202e', name: 'a.exe' } })}\n`);
    const { stderr } = await runCli(['score', evil]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stderr.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('names the file of a model that is none', async () => {
    const bundle = write('bundle.json', '{');
    const { exitCode, stderr } = await runCli(['score', '--model', folder, 'x']);
    expect([exitCode, stderr.split('\n')[0]]).toEqual([2, `PC_MODEL_INVALID: ${bundle}: not JSON in UTF-8`]);
  });

  it.each([
    [['score'], /missing required argument/],
    [['score', '--no-such-flag', 'x'], /unknown option/],
    [['score', '--batch-size', 'many', 'x'], /batchSize/],
    [['score', '--model', '/no/such/bundle', 'x'], /PC_MODEL_/],
    [['scoer', 'x'], /unknown command/],
  ])('%j is refused with 2', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });
});
