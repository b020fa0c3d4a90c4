import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classifyDirectory,
  normalizeCommandLine,
  normalizePath,
} from '../../src/problemchild/elastic-normalization.ts';
import {
  hostileText,
  referenceCommandLine,
  referenceDirectory,
  referencePath,
} from '../support/elastic-pipeline.ts';

const lowered = hostileText.map((text) => text.toLowerCase());

describe('against the plain list of patterns', () => {
  it('normalises every command line alike', () => {
    fc.assert(
      fc.property(lowered, (text) => {
        expect(normalizeCommandLine(text)).toBe(referenceCommandLine(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('normalises every path alike', () => {
    fc.assert(
      fc.property(lowered, (text) => {
        expect(normalizePath(text)).toBe(referencePath(text));
      }),
      {
        numRuns: 2000,
      },
    );
  });

  it('classifies every path alike', () => {
    fc.assert(
      fc.property(lowered, (text) => {
        expect(classifyDirectory(text)).toBe(referenceDirectory(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('classifyDirectory', () => {
  it.each([
    ['c:\\windows\\system32\\cmd.exe', 'win_system_dir'],
    ['c:\\windows\\system32evil\\cmd.exe', 'win_system_dir'],
    ['c:\\windows\\syswow64\\cmd.exe', 'win_system_dir'],
    ['c:\\windows\\temp\\x.exe', 'win_temp_dir'],
    ['c:\\users\\bob\\appdata\\local\\temp\\x.exe', 'win_user_appdata_local_temp'],
    ['c:\\users\\bob\\appdata\\roaming\\x.exe', 'win_user_appdata'],
    ['c:\\users\\bob\\downloads\\x.exe', 'win_user_downloads'],
    ['c:\\users\\bob\\x.exe', 'win_user_dir'],
    ['c:\\users\\x.exe', 'unknown'],
    ['c:\\users', 'win_users_root_dir'],
    ['c:\\users\n', 'win_users_root_dir'],
    ['c:\\users\n\n', 'unknown'],
    ['c:\\users\\a\n\\appdata\\x.exe', 'unknown'],
    ['c:\\program files (x86)\\x.exe', 'win_program_files'],
    ['c:\\programdata\\x.exe', 'win_program_data_dir'],
    ['c:\\system volume information\\x.exe', 'win_sys_vol_info_dir'],
    ['c:\\$recycle.bin\\x.exe', 'win_recycle_bin_dir'],
    ['c:\\windows\\explorer.exe', 'win_dir'],
    ['d:\\', 'win_root'],
    ['d:\\tools\\x.exe', 'unknown'],
    ['\\device\\harddiskvolume3\\windows\\system32\\cmd.exe', 'unknown'],
    ['\\\\server\\share\\x.exe', 'unknown'],
    ['"c:\\windows\\system32\\cmd.exe"', 'win_system_dir'],
    ['unknown', 'unknown'],
  ])('%j is %s', (path, expected) => {
    expect(classifyDirectory(path)).toBe(expected);
  });
});

describe('normalizeCommandLine', () => {
  it.each([
    ['drops quotes', '"c:\\a b\\x.exe" -k "y"', 'c:\\a b\\x.exe -k y'],
    ['folds runs of backslashes', 'copy \\\\\\\\srv\\\\share', 'copy \\srv\\share'],
    ['drops the user directory', 'c:\\users\\bob\\x.exe', 'c:\\users\\x.exe'],
    ['eats arguments up to the next backslash', 'type c:\\users\\bob /all | find c:\\x', 'type c:\\users\\x'],
    ['needs no whole word before the user', 'allusers\\bob\\x', 'allusers\\x'],
    [
      'names the system directory',
      'c:\\windows\\syswow64\\cmd c:/windows/system32/x',
      'c:\\win_system_dir\\cmd c:/win_system_dir/x',
    ],
    ['names a guid', '{0f1e2d3c-1111-2222-3333-444455556666}', '{process_id}'],
    ['names a guid with a trailing dash', 'abcd-abcd-abcd-abcd- x', 'process_id x'],
    ['leaves a guid with a short first group', 'abc-abcd-abcd-abcd', 'abc-abcd-abcd-abcd'],
    ['names hexadecimal numbers', '0x1f4 -pid 0xdeadbeefcafe', 'hex -pid hex'],
    ['names a number of five to seven digits', '-p 54321 -q 1234567', '-p num -q num'],
    ['leaves a number of four digits', '-p 8080', '-p 8080'],
  ])('%s', (_, text, expected) => {
    expect(normalizeCommandLine(text)).toBe(expected);
  });

  it('quirk: an 8-digit number is hex, and what is left over may be a number', () => {
    expect(normalizeCommandLine('12345678')).toBe('hex');
    expect(normalizeCommandLine('1234567812345')).toBe('hexnum');
    expect(normalizeCommandLine('123456781234')).toBe('hex1234');
  });

  it('quirk: an innocent word of eight letters a to f is hex', () => {
    expect(normalizeCommandLine('defacade')).toBe('hex');
  });

  it.each([32, 40, 56, 64, 128])('quirk: a hash of %i digits is a run of hex, never hash', (length) => {
    expect(normalizeCommandLine('a1'.repeat(length / 2))).toBe('hex'.repeat(length / 8));
  });

  it('never leaves two backslashes in a row, so that "sc " with two never flags', () => {
    fc.assert(
      fc.property(lowered, (text) => {
        expect(normalizeCommandLine(text)).not.toContain('\\\\');
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a command line built to make patterns backtrack', () => {
    const hex = 'a'.repeat(400_000);
    expect(normalizeCommandLine(`${hex}-${hex}`)).toBe(`${'hex'.repeat(50_000)}-${'hex'.repeat(50_000)}`);
    expect(classifyDirectory(':\\users\\'.repeat(100_000))).toBe('win_user_dir');
  });
});
