import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildFolder } from './open-test-library.ts';

test('the library’s own cases in C', () => {
  const { status, stdout, stderr } = spawnSync(join(buildFolder, 'windows_test.exe'), {
    encoding: 'utf8',
    timeout: 600_000,
  });
  assert.match(stdout, /windows_test: [1-9]\d* passed, 0 failed/, `${stdout}${stderr}`);
  assert.equal(status, 0);
});
