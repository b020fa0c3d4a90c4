import { describe, expect, it } from 'vitest';
import { normalizeLine } from '../../src/alert/normal-line.ts';

describe('a normalised command line', () => {
  it.each([
    ['"C:\\Windows\\System32\\CMD.exe"  /c   dir', 'c:\\windows\\system32\\cmd.exe /c dir'],
    ['x.exe C:\\Users\\Anna.Kim\\Desktop\\a.txt', 'x.exe c:\\users\\*\\desktop\\a.txt'],
    ['x.exe "C:\\Users\\Zoë-2"', 'x.exe c:\\users\\*'],
    ['x.exe {3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f99} 0x1f 4242', 'x.exe * * *'],
    ['ping 198.51.100.7', 'ping 198.51.100.7'],
  ])('%s', (line, expected) => {
    expect(normalizeLine(line)).toBe(expected);
  });

  it.each(['& curl evil', '| more', '> a.txt', '/s', '$(iex x)', '`whoami`', '; calc', ', x', '\nx'])(
    'keeps what follows a user’s folder: %s',
    (rest) => {
      for (const space of ['', ' ']) {
        const line = normalizeLine(`cmd /c cd C:\\Users\\Public${space}${rest}`);
        expect(line).not.toBe(normalizeLine('cmd /c cd C:\\Users\\Public'));
        expect(line).toContain(rest.trim());
      }
    },
  );
});
