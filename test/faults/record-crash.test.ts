import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RecordingManifest } from '../../src/agent/index.ts';
import { runCli } from '../support/cli.ts';

const program = join(import.meta.dirname, '../../src/cli/main.ts');
const sample = join(import.meta.dirname, '../../samples/server-winlogbeat.ndjson');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a killed recording says that it is not whole, and what was sealed is read without an error', async () => {
  const path = join(folder, 'events.ndjson.gz');
  const readManifest = (): RecordingManifest =>
    JSON.parse(readFileSync(`${path}.manifest`, 'utf8')) as RecordingManifest;
  const recorder = spawn(process.execPath, [program, 'record', '--source', '-', '--out', path]);
  const ended = new Promise((resolve) => recorder.on('exit', (_, signal) => resolve(signal)));
  recorder.stdin.write(readFileSync(sample));
  await vi.waitFor(() => expect(readManifest().counts.written).toBe(20), { timeout: 240_000, interval: 100 });
  recorder.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');

  expect(readManifest()).toMatchObject({ complete: false, stopped: null });
  expect(gunzipSync(readFileSync(path)).toString().split('\n')).toHaveLength(21);
  const replayed = await runCli(['replay', path, '--output', 'ndjson']);
  const original = await runCli(['replay', sample, '--output', 'ndjson']);
  expect([replayed.exitCode, replayed.stdout]).toEqual([0, original.stdout]);
});
