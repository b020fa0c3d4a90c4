import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agentV1 } from '../../../src/problemchild/agent-v1/feature-set.ts';
import { viewsOf } from '../../../src/problemchild/agent-v1/long-line.ts';
import { processStart } from './process-start.ts';

const executable = 'C:\\Windows\\System32\\cmd.exe';
const start = (commandLine: string) => processStart({ executable, commandLine });
const linesOf = (commandLine: string) =>
  viewsOf(start(commandLine)).map(({ process }) => process.commandLine);

/** Whether the deletion of shadow copies is in the row of the line or of one of its views. */
function isSeen(commandLine: string): boolean {
  const event = start(commandLine);
  return [event, ...viewsOf(event)].some(
    (each) => Number(agentV1.describe(each)['line.family.recoveryTamper']) > 0,
  );
}

describe('views of a command line', () => {
  test('there are none of one that fits, nor of one that holds no keyword beyond', () => {
    expect(linesOf('cmd.exe /c dir')).toEqual([]);
    expect(linesOf(`cmd.exe /c echo ${'lorem ipsum '.repeat(40)}`)).toEqual([]);
    expect(linesOf(`cmd.exe /c echo ${'lorem ipsum '.repeat(2_000)}`)).toEqual([]);
    expect(viewsOf(processStart({ executable }))).toEqual([]);
  });

  test('a keyword is seen wherever in the line it stands', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 800, max: 30_000 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.constantFrom('lorem ', 'dolor-sit ', '%os% ', '12345 ', '\u200b', ' '),
        (before, behind, filler) => {
          const pad = (units: number): string => filler.repeat(units / filler.length);
          const raw = `cmd.exe /c ${pad(before)} vssadmin delete shadows ${pad(behind)}`;
          expect(isSeen(raw)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('what is encoded is read, also where there was no room for it', () => {
    const encoded = Buffer.from('vssadmin delete shadows /all /quiet', 'utf16le').toString('base64');
    for (const units of [10, 600, 700, 740, 760, 800, 5_000]) {
      expect(
        isSeen(`powershell.exe ${'lorem '.repeat(units / 6)} -enc ${encoded} ${'x '.repeat(units)}`),
      ).toBe(true);
    }
  });

  test('what is encoded is read to its end', () => {
    for (const pad of [
      ' '.repeat(2_000),
      `# ${'lorem '.repeat(300)}\n`,
      `'${'dolor sit '.repeat(1_200)}';`,
    ]) {
      const encoded = Buffer.from(`${pad} vssadmin delete shadows`, 'utf16le').toString('base64');
      expect(isSeen(`powershell.exe -NoProfile -EncodedCommand ${encoded}`)).toBe(true);
    }
  });

  test('words that the model knows do not crowd out others', () => {
    const decoys = ['get-hotfix ', 'icacls ', 'uninstall\\ ', 'vmtools ', 'msinfo ', 'queryex '];
    const other = (n: number): string => decoys.slice(n % 3, (n % 3) + 3).join('') + 'lorem '.repeat(80);
    const before = Array.from({ length: 50 }, (_, n) => other(n)).join('');
    expect(isSeen(`cmd.exe /c rem ${before} & vssadmin delete shadows`)).toBe(true);
  });

  test('are few and short whatever the line is', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'vssadmin ',
        '%tmp%',
        '!tmp!',
        '$env:temp',
        '"',
        '^',
        '\u200b',
        '\ufeff',
        ' ',
        'A'.repeat(300),
        '9',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 400 }), (pieces, times) => {
        const raw = pieces.join('').repeat(times).slice(0, 40_000);
        const views = linesOf(raw);
        expect(views.length).toBeLessThanOrEqual(64);
        for (const line of views) expect(line!.length).toBeLessThanOrEqual(raw.length + 3_000);
      }),
      { numRuns: 200 },
    );
  });
});
