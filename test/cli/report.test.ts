import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const samples = join(import.meta.dirname, '../../samples');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('problemchild report', () => {
  it('writes the same page from recordings and from the state that a replay left', async () => {
    const state = join(folder, 'state.db');
    const [direct, stored] = [join(folder, 'direct.html'), join(folder, 'stored.html')];
    await runCli(['report', '--html', direct, samples]);
    await runCli(['replay', samples, '--state', state]);
    await runCli(['report', '--html', stored, '--state', state]);
    const page = readFileSync(direct, 'utf8');
    expect(page).toContain('Process tree');
    expect(readFileSync(stored, 'utf8')).toBe(page);
    expect(statSync(direct).mode & 0o077).toBe(0);
  });

  it('asks for inputs or a state file, and for a place to write', async () => {
    expect((await runCli(['report', '--html', join(folder, 'x.html')])).exitCode).toBe(2);
    const nowhere = await runCli(['report', '--html', join(folder, 'no/where.html'), samples]);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('cannot write the report'),
    ]);
  });
});
