import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'src/cli/main.ts');

// On Windows the model's runtime tells the system's own tracing, and keeps no files.
test.skipIf(process.platform === 'win32')(
  'the runtime of the model keeps no files of its own for telemetry',
  () => {
    const home = mkdtempSync(join(tmpdir(), 'problemchild-home-'));
    try {
      // Nothing is inherited: a variable that says CI switches telemetry off as well.
      const { status, stdout } = spawnSync(process.execPath, [program, 'score', join(root, 'samples')], {
        env: { HOME: home, TMPDIR: home },
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      expect(stdout).toContain('0.');
      expect(readdirSync(home)).toEqual([]);
    } finally {
      rmSync(home, { recursive: true });
    }
  },
);
