import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const face = join(import.meta.dirname, '../../src/problemchild/index.ts');
const shipped = join(import.meta.dirname, '../../models/agent-v1');

// On Windows the library tells the system's own tracing, and keeps no files.
test.skipIf(process.platform === 'win32')('the runtime keeps no files of its own for telemetry', () => {
  const home = mkdtempSync(join(tmpdir(), 'problemchild-home-'));
  try {
    const script = `const { openScorer } = await import(${JSON.stringify(face)}); await (await openScorer(${JSON.stringify(shipped)})).close();`;
    // Nothing inherited: a variable that says CI switches telemetry off as well.
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      env: { HOME: home, TMPDIR: home },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
