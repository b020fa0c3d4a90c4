import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLocalFile } from '../../../src/response/evidence/local-file.ts';

/** What somebody else does right before a file is opened, and right after. */
let race: { before?: () => void; after?: () => void } = {};

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      race.before?.();
      const file = await real.open(...args);
      race.after?.();
      return file;
    },
  };
});

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pc-local-')));
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'tool.exe'), 'MZ');
});

afterEach(() => {
  vi.restoreAllMocks();
  race = {};
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

  describe('that is exchanged between the look for links and the opening', () => {
    const at = (...names: string[]) => join(folder, ...names);

    beforeEach(() => {
      mkdirSync(at('other'));
      writeFileSync(at('other', 'tool.exe'), 'not it');
    });

    const link = () => {
      renameSync(at('real'), at('away'));
      symlinkSync(at('other'), at('real'));
    };
    const unlink = () => {
      unlinkSync(at('real'));
      renameSync(at('away'), at('real'));
    };

    it('is not read through the link that is there now', async () => {
      race = { before: link };
      expect(await openLocalFile(at('real', 'tool.exe'))).toBe(`${at('real')} is a link`);
    });

    it('is not read through a link that is gone again', async () => {
      race = { before: link, after: unlink };
      expect(await openLocalFile(at('real', 'tool.exe'))).toBe(
        `${at('real', 'tool.exe')} was exchanged as it was opened`,
      );
    });

    it('is not read through a link in its own place', async () => {
      race = {
        before: () => {
          unlinkSync(at('real', 'tool.exe'));
          symlinkSync(at('other', 'tool.exe'), at('real', 'tool.exe'));
        },
      };
      expect(await openLocalFile(at('real', 'tool.exe'))).toContain('ELOOP');
    });

    it('is not read when it has gone since', async () => {
      race = { after: () => unlinkSync(at('real', 'tool.exe')) };
      expect(await openLocalFile(at('real', 'tool.exe'))).toContain('ENOENT');
    });
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
