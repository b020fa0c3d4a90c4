import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCommandLine } from '../../src/event/index.ts';

describe('splitCommandLine', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['cmd.exe', ['cmd.exe']],
    ['cmd.exe /c  dir\t*.txt', ['cmd.exe', '/c', 'dir', '*.txt']],
    ['"C:\\Program Files\\a.exe" x', ['C:\\Program Files\\a.exe', 'x']],
    // Backslashes escape nothing in the program's name.
    ['"C:\\tools\\" x', ['C:\\tools\\', 'x']],
    ['a.exe "a b" c', ['a.exe', 'a b', 'c']],
    ['a.exe ab"c d"e', ['a.exe', 'abc de']],
    ['a.exe ""', ['a.exe', '']],
    ['a.exe a\\\\b', ['a.exe', 'a\\\\b']],
    ['a.exe a\\"b', ['a.exe', 'a"b']],
    ['a.exe a\\\\"b c"', ['a.exe', 'a\\b c']],
    ['a.exe a\\\\\\"b c', ['a.exe', 'a\\"b', 'c']],
    ['a.exe "a""b c" d', ['a.exe', 'a"b c', 'd']],
    ['a.exe "unclosed x', ['a.exe', 'unclosed x']],
    ['"unclosed program x', ['unclosed program x']],
    [' leading', ['', 'leading']],
    ['a.exe tail\\', ['a.exe', 'tail\\']],
  ])('%j', (line, args) => {
    expect(splitCommandLine(line)).toEqual(args);
  });

  it('undoes the quoting that programs do before they start another', () => {
    const argument = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', '"', '\\', 'ü') });
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        const line = ['tool.exe', ...args.map(quoteArgument)].join(' ');
        expect(splitCommandLine(line)).toEqual(['tool.exe', ...args]);
      }),
    );
  });
});

/** Always quoted; backslashes doubled before a quote and at the end. */
function quoteArgument(argument: string): string {
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
