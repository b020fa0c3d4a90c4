import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLocalFile } from '../../../src/response/evidence/local-file.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pc-local-')));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'tool.exe'), 'MZ');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('a file that an ended process names', () => {
  it('is opened where it lies', async () => {
    const file = await openLocalFile(join(folder, 'real', 'tool.exe'));
    if (typeof file === 'string') throw new Error(file);
    expect(await file.readFile('utf8')).toBe('MZ');
    await file.close();
  });

  it('is not opened through a link, be it the file or a folder on the way', async () => {
    symlinkSync(join(folder, 'real', 'tool.exe'), join(folder, 'real', 'link.exe'));
    symlinkSync(join(folder, 'real'), join(folder, 'linked'));
    expect(await openLocalFile(join(folder, 'real', 'link.exe'))).toBe(
      `${join(folder, 'real', 'link.exe')} is a link`,
    );
    const known = new Map();
    for (let turn = 0; turn < 2; turn++) {
      expect(await openLocalFile(join(folder, 'linked', 'tool.exe'), known)).toBe(
        `${join(folder, 'linked')} is a link`,
      );
    }
  });

  it('is not opened past a link even to look at it', async () => {
    symlinkSync('/nowhere/at/all', join(folder, 'linked'));
    expect(await openLocalFile(join(folder, 'linked', 'deeper', 'tool.exe'))).toBe(
      `${join(folder, 'linked')} is a link`,
    );
  });

  it.each([
    '\\\\198.51.100.7\\share\\evil.exe',
    '//198.51.100.7/share/evil.exe',
    '\\\\?\\UNC\\198.51.100.7\\share\\evil.exe',
    '\\??\\UNC\\198.51.100.7\\share\\evil.exe',
    '\\\\.\\UNC\\198.51.100.7\\share\\evil.exe',
    '\\\\?\\GLOBALROOT\\Device\\Mup\\198.51.100.7\\share\\evil.exe',
    '\\\\?\\C:evil.exe',
    '\\\\.\\pipe\\evil',
    '\\Device\\Mup\\198.51.100.7\\share\\evil.exe',
    'C:evil.exe',
    'evil.exe',
    '',
  ])('is not opened as %s, on Windows and elsewhere', async (path) => {
    expect(await openLocalFile(path)).toBe('it lies on another machine');
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    expect(await openLocalFile(path)).toBe('it lies on another machine');
  });

  it.each([
    'C:\\nowhere\\tool.exe',
    '\\\\?\\c:\\nowhere\\tool.exe',
    '\\\\?\\Volume{b75e2c83-0000-0000-0000-602f00000000}\\tool.exe',
  ])('may be opened as %s on Windows', async (path) => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    expect(await openLocalFile(path)).toContain('ENOENT');
  });
});
