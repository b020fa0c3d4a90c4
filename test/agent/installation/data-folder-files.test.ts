import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderFiles } from '../../../src/agent/installation/data-folder-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what cannot be remembered is not written, says why, and keeps nothing before it from being undone', () => {
  const files = new DataFolderFiles(folder, 'one');
  files.write('first.txt', 'first');
  const next = join(folder, 'install-undo.json.new');
  mkdirSync(next);
  expect(() => files.write('second.txt', 'second')).toThrow(
    expect.objectContaining({
      code: 'PC_INSTALL_FILE',
      message: expect.stringMatching(/install-undo\.json\.new: E/),
    }),
  );
  rmdirSync(next);
  expect(existsSync(join(folder, 'second.txt'))).toBe(false);
  expect(new DataFolderFiles(folder, 'one').undo()).toEqual(['removed first.txt']);
  expect(existsSync(join(folder, 'first.txt'))).toBe(false);
});
