import { createKeywordScanner } from './keyword-scanner.ts';

/** The keyword flags of generation 2 by the last part of their Elastic name; 1 or 0. */
export interface KeywordFlags {
  readonly credentialAccess: 0 | 1;
  readonly downloadCradle: 0 | 1;
  readonly lateralMovement: 0 | 1;
  readonly kerberoasting: 0 | 1;
  readonly recon: 0 | 1;
  readonly defenseEvasion: 0 | 1;
  readonly persistence: 0 | 1;
  readonly exfiltration: 0 | 1;
}

/**
 * What makes a flag: any one of `any`, or all of one row of `all`, each row a list of alternatives.
 * Elastic also has lateral movement on "sc " with two backslashes in a row; the normalised command line
 * never holds two, so the clause cannot fire and is not here.
 */
const flagRules: Readonly<
  Record<
    keyof KeywordFlags,
    { readonly any: readonly string[]; readonly all: readonly (readonly string[])[][] }
  >
> = {
  credentialAccess: {
    any: [
      'sekurlsa',
      'mimikatz',
      'logonpasswords',
      'lsadump',
      'dcsync',
      'procdump',
      'gsecdump',
      'hashdump',
      'wce.exe',
    ],
    all: [],
  },
  downloadCradle: {
    any: [
      'certutil',
      'bitsadmin',
      'invoke-webrequest',
      'net.webclient',
      'downloadstring',
      'bitstransfer',
      'desktopimgdownldr',
      'urldownloadtofile',
    ],
    all: [],
  },
  lateralMovement: {
    any: ['psexec', 'winrs', 'new-pssession', 'invoke-command'],
    all: [
      [['wmic'], ['node']],
      [['schtasks'], ['/s ']],
    ],
  },
  kerberoasting: {
    any: ['rubeus', 'kerberoast', 'asktgt', 'krbtgt', 'domainspnticket', 'asreproast'],
    all: [],
  },
  recon: {
    any: ['whoami', 'nltest'],
    all: [[['net '], [' user', ' group', ' localgroup']]],
  },
  defenseEvasion: {
    any: [
      '-exec bypass',
      '-encodedcommand',
      'iex ',
      'iex(',
      'invoke-expression',
      'set-mppreference',
      'disablerealtimemonitoring',
      '-enc ',
    ],
    all: [],
  },
  persistence: {
    any: ['runonce', 'new-scheduledtask', 'register-scheduledtask'],
    all: [
      [['schtasks'], ['/create']],
      [['reg add'], ['hklm', 'hkcu']],
    ],
  },
  exfiltration: {
    any: ['writeallbytes', 'compress-archive', 'base64string'],
    all: [[['certutil'], ['-encode']]],
  },
};

const keywords = [...new Set(Object.values(flagRules).flatMap(({ any, all }) => [...any, ...all.flat(2)]))];
const scan = createKeywordScanner(keywords);
const hits = new Uint8Array(keywords.length);

type CompiledRule = {
  readonly any: readonly number[];
  readonly all: readonly (readonly (readonly number[])[])[];
};
const indexOf = (keyword: string) => keywords.indexOf(keyword);
const compiled = Object.fromEntries(
  Object.entries(flagRules).map(([flag, { any, all }]) => [
    flag,
    { any: any.map(indexOf), all: all.map((row) => row.map((alternatives) => alternatives.map(indexOf))) },
  ]),
) as Record<keyof KeywordFlags, CompiledRule>;

/** @param commandLine fully normalised. */
export function flagKeywords(commandLine: string): KeywordFlags {
  scan(commandLine, hits);
  return {
    credentialAccess: decide(compiled.credentialAccess),
    downloadCradle: decide(compiled.downloadCradle),
    lateralMovement: decide(compiled.lateralMovement),
    kerberoasting: decide(compiled.kerberoasting),
    recon: decide(compiled.recon),
    defenseEvasion: decide(compiled.defenseEvasion),
    persistence: decide(compiled.persistence),
    exfiltration: decide(compiled.exfiltration),
  };
}

function decide(rule: CompiledRule): 0 | 1 {
  return someHit(rule.any) || rule.all.some((row) => row.every(someHit)) ? 1 : 0;
}

function someHit(alternatives: readonly number[]): boolean {
  for (let i = 0; i < alternatives.length; i++) if (hits[alternatives[i]!] === 1) return true;
  return false;
}
