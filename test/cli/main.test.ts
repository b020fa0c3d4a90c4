import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { toEcs } from '../../src/event/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

describe('the program', () => {
  it('tells its version', () => {
    const { status, stdout } = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, `${manifest.version}\n`]);
  });
});

describe.skipIf(!existsSync('/dev/full'))('the program, whatever becomes of its output', () => {
  it.each([['config', 'schema'], ['--help']])('ends with 1 and a code on a full disk: %s', (...args) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^PC_OUTPUT_UNWRITABLE: .*\n$/);
  });

  it('ends with 0 when its reader has gone', () => {
    const line = 'set -o pipefail; "$0" "$1" config schema 2>&1 | true';
    const { status } = spawnSync('bash', ['-c', line, process.execPath, main]);
    expect(status).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('the program, when the user stops it', () => {
  it.each([
    [['score', '-'], 1],
    [['replay', '-', '--output', 'ndjson'], 0],
  ])('tells what it has read, leaves no file behind and ends with 130: %s', async (args, lines) => {
    const folder = mkdtempSync(join(tmpdir(), 'stopped-'));
    const child = spawn(process.execPath, [main, ...args, '--batch-size', '1', '--log-level', 'debug'], {
      env: { ...process.env, TMPDIR: folder },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    // When its output has been read to the end as well.
    const ended = once(child, 'close');
    // The second line is refused, which the log tells when the first has been taken.
    child.stdin.write(`${JSON.stringify(toEcs(makeProcessEvent({})))}\nno document\n`);
    await vi.waitFor(() => expect(stderr).toContain('PC_EVENT_JSON'), { timeout: 240_000, interval: 20 });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(stdout.split('\n')).toHaveLength(lines + 1);
    expect(stderr).toContain('Stopped before everything was read.\nfiles 1, records 2');
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('makes no page of a part of the input', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stopped-'));
    const page = join(folder, 'page.html');
    const child = spawn(process.execPath, [main, 'report', '-', '--html', page, '--batch-size', '1']);
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    const ended = once(child, 'close');
    child.stdin.write('no document\n');
    await vi.waitFor(() => expect(stderr).toContain('PC_EVENT_JSON'), { timeout: 240_000, interval: 20 });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(stderr).toContain('PC_STOPPED');
    expect(existsSync(page)).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
