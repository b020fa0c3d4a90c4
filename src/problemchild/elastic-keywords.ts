import { createKeywordScanner } from './keyword-scanner.ts';

/** The keyword flags of generation 2 by the last part of their Elastic name. */
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

/** Indices of keywords any of which will do. */
type Alternatives = readonly number[];

/** Raised by any one of `any`, or by a row of `all` each of whose members is met. */
interface FlagRule {
  readonly any: Alternatives;
  readonly all?: readonly (readonly Alternatives[])[];
}

const keywords: string[] = [];

function anyOf(...texts: readonly string[]): Alternatives {
  return texts.map((text) => {
    const known = keywords.indexOf(text);
    return known >= 0 ? known : keywords.push(text) - 1;
  });
}

/*
 * Elastic also raises lateral movement on "sc " with two backslashes in a row; a normalised command line
 * never holds two, so that the clause cannot fire and is not here.
 */
const rules: Readonly<Record<keyof KeywordFlags, FlagRule>> = {
  credentialAccess: {
    any: anyOf(
      'sekurlsa',
      'mimikatz',
      'logonpasswords',
      'lsadump',
      'dcsync',
      'procdump',
      'gsecdump',
      'hashdump',
      'wce.exe',
    ),
  },
  downloadCradle: {
    any: anyOf(
      'certutil',
      'bitsadmin',
      'invoke-webrequest',
      'net.webclient',
      'downloadstring',
      'bitstransfer',
      'desktopimgdownldr',
      'urldownloadtofile',
    ),
  },
  lateralMovement: {
    any: anyOf('psexec', 'winrs', 'new-pssession', 'invoke-command'),
    all: [
      [anyOf('wmic'), anyOf('node')],
      [anyOf('schtasks'), anyOf('/s ')],
    ],
  },
  kerberoasting: {
    any: anyOf('rubeus', 'kerberoast', 'asktgt', 'krbtgt', 'domainspnticket', 'asreproast'),
  },
  recon: {
    any: anyOf('whoami', 'nltest'),
    all: [[anyOf('net '), anyOf(' user', ' group', ' localgroup')]],
  },
  defenseEvasion: {
    any: anyOf(
      '-exec bypass',
      '-encodedcommand',
      'iex ',
      'iex(',
      'invoke-expression',
      'set-mppreference',
      'disablerealtimemonitoring',
      '-enc ',
    ),
  },
  persistence: {
    any: anyOf('runonce', 'new-scheduledtask', 'register-scheduledtask'),
    all: [
      [anyOf('schtasks'), anyOf('/create')],
      [anyOf('reg add'), anyOf('hklm', 'hkcu')],
    ],
  },
  exfiltration: {
    any: anyOf('writeallbytes', 'compress-archive', 'base64string'),
    all: [[anyOf('certutil'), anyOf('-encode')]],
  },
};

const scan = createKeywordScanner(keywords);
const hits = new Uint8Array(keywords.length);

const noFlags: KeywordFlags = {
  credentialAccess: 0,
  downloadCradle: 0,
  lateralMovement: 0,
  kerberoasting: 0,
  recon: 0,
  defenseEvasion: 0,
  persistence: 0,
  exfiltration: 0,
};

/** @param commandLine fully normalised. */
export function flagKeywords(commandLine: string): KeywordFlags {
  if (!scan(commandLine, hits)) return noFlags;
  return {
    credentialAccess: decide(rules.credentialAccess),
    downloadCradle: decide(rules.downloadCradle),
    lateralMovement: decide(rules.lateralMovement),
    kerberoasting: decide(rules.kerberoasting),
    recon: decide(rules.recon),
    defenseEvasion: decide(rules.defenseEvasion),
    persistence: decide(rules.persistence),
    exfiltration: decide(rules.exfiltration),
  };
}

function decide(rule: FlagRule): 0 | 1 {
  if (isHit(rule.any)) return 1;
  return rule.all?.some((row) => row.every(isHit)) ? 1 : 0;
}

function isHit(alternatives: Alternatives): boolean {
  for (let i = 0; i < alternatives.length; i++) if (hits[alternatives[i]!] === 1) return true;
  return false;
}
