import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

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
