import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';

const samples = join(import.meta.dirname, '../../../samples');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Manifest {
  complete: boolean;
  stopped: string | null;
  counts: Record<'records' | 'filtered' | 'rejected' | 'received' | 'written' | 'lost', number>;
  files: { name: string; events: number; bytes: number; sha256: string }[];
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(`${path}.manifest`, 'utf8')) as Manifest;
}

describe('problemchild record', () => {
  it.each(['server-winlogbeat.ndjson', 'workstation-sysmon.evtx'])(
    'keeps of %s what replay makes the same alerts of, byte for byte',
    async (name) => {
      const path = join(folder, 'events.ndjson.gz');
      const stdin = readFileSync(join(samples, name));
      const recorded = await runCli(['record', '--source', '-', '--out', path], { stdin });
      expect(recorded.exitCode).toBe(0);
      const original = await runCli(['replay', join(samples, name), '--output', 'ndjson']);
      const again = await runCli(['replay', path, '--output', 'ndjson']);
      expect(original.stdout.length).toBeGreaterThan(10_000);
      expect(again.stdout).toBe(original.stdout);

      const { complete, stopped, counts, files } = readManifest(path);
      expect([complete, stopped]).toEqual([true, 'end of input']);
      expect(counts.received).toBe(counts.written + counts.lost);
      expect(counts.records).toBe(counts.received + counts.filtered + counts.rejected);
      const bytes = readFileSync(path);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(files).toEqual([
        { name: 'events.ndjson.gz', events: counts.written, bytes: bytes.length, sha256 },
      ]);
    },
  );

  it('counts and reports what cannot be read, and fails with what could be written down', async () => {
    const path = join(folder, 'events.ndjson');
    const sound = readFileSync(join(samples, 'server-winlogbeat.ndjson'), 'utf8').split('\n')[0]!;
    const stdin = `${sound}\n{broken\n{"event":{"kind":"metric"}}\n`;
    const { exitCode, stderr } = await runCli(['record', '--source', '-', '--out', path], { stdin });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('PC_EVENT_JSON');
    expect(readManifest(path).counts).toMatchObject({
      records: 3,
      filtered: 1,
      rejected: 1,
      received: 1,
      written: 1,
      lost: 0,
    });
  });

  it('stops after the time given even when nothing comes, and at the size given', async () => {
    const silent = join(folder, 'silent.ndjson');
    const stdin = new PassThrough();
    await runCli(['record', '--source', '-', '--out', silent, '--for', '1s'], { stdin });
    expect(readManifest(silent)).toMatchObject({ complete: true, stopped: 'time', counts: { records: 0 } });

    const long = join(folder, 'long.ndjson');
    const line = readFileSync(join(samples, 'server-winlogbeat.ndjson'), 'utf8').split('\n')[0]!;
    const limited = ['record', '--source', '-', '--out', long, '--max-bytes', '1k'];
    await runCli(limited, { stdin: `${line}\n`.repeat(2_000) });
    const { stopped, counts } = readManifest(long);
    expect(stopped).toBe('size');
    expect(counts.written).toBeLessThan(2_000);
    expect(counts.written).toBe(counts.received);
  });

  it.each([
    ['the name of a capture, mistyped', 'etww', 'did you mean etw?'],
    ['a recording', './day.evtx', 'replay reads .evtx'],
    ['a folder', samples, 'PC_SOURCE_FOLDER'],
  ])('refuses to follow %s', async (_, source, says) => {
    const path = join(folder, 'events.ndjson');
    const { exitCode, stderr } = await runCli(['record', '--source', source, '--out', path, '--for', '1s']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(existsSync(path)).toBe(false);
  });

  it('says of a file to follow that it is not there', async () => {
    const source = join(folder, 'missing.ndjson');
    const path = join(folder, 'events.ndjson');
    const { stderr } = await runCli(['record', '--source', source, '--out', path, '--for', '1s']);
    expect(stderr).toContain('The file to follow is not there');
  });

  it.each([
    ['a file that is there', ['--out', join(samples, 'server-winlogbeat.ndjson')], 'PC_RECORD_UNWRITABLE'],
    ['a folder that is not there', ['--out', '/nowhere/at/all/a.ndjson'], 'PC_RECORD_UNWRITABLE'],
    ['a name that replay would not read', ['--out', 'events.txt'], 'PC_USAGE'],
    ['a time without a unit', ['--out', 'a.ndjson', '--for', '90'], 'PC_USAGE'],
    ['a time longer than a timer runs', ['--out', 'a.ndjson', '--for', '25d'], 'from 1s to 24d'],
    ['no time at all', ['--out', 'a.ndjson', '--for', '0s'], 'from 1s to 24d'],
    ['a size that is none', ['--out', 'a.ndjson', '--max-bytes', 'lots'], 'max-bytes'],
  ])('refuses %s', async (_, flags, says) => {
    const { exitCode, stderr } = await runCli(['record', '--source', '-', ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(existsSync('a.ndjson')).toBe(false);
  });
});
