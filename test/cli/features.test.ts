import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseLines, runCli } from '../support/cli.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

describe('features', () => {
  it('prints the features of each start by their Elastic names', async () => {
    const { exitCode, stdout } = await runCli(['features', '--set', 'elastic-g2', samples]);
    expect(exitCode).toBe(0);
    const documents = parseLines(stdout);
    expect(documents).toHaveLength(61);
    expect(Object.keys(documents[0] ?? {})).toEqual(['event.id', 'features']);
    expect(documents[0]?.['features']).toMatchObject({ feature_ends_with_exe: true });
    expect(documents[0]?.['features']).toHaveProperty(['feature_command_line_2-gram_feature0']);
  });

  it('writes the matrix that training reads, in the order of the ids it prints', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'features-'));
    try {
      const file = join(folder, 'matrix.npy');
      const { stdout } = await runCli(['features', '--set', 'agent-v1', '--out', file, samples]);
      const columns = JSON.parse(readFileSync(`${file}.columns.json`, 'utf8')) as string[];
      const bytes = readFileSync(file);
      expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
      expect(bytes.toString('latin1', 10, 128)).toContain(`'shape': (61, ${columns.length})`);
      expect(bytes.length).toBe(128 + 61 * columns.length * 4);
      expect(parseLines(stdout)).toHaveLength(61);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a place that the matrix cannot be written to', async () => {
    const { exitCode, stdout, stderr } = await runCli(['features', '--out', '/no/such/matrix.npy', samples]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('/no/such/matrix.npy');
  });

  it('refuses a set that it does not have', async () => {
    const { exitCode, stderr } = await runCli(['features', '--set', 'elastic-g9', samples]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('elastic-g2');
  });
});
