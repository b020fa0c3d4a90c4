import fc from 'fast-check';

/*
 * Elastic's text rules written down a second time, as the plain list of patterns they are, so that the
 * quick implementation can be held against it.
 */

const dot = '[^\\n\\r\\u0085\\u2028\\u2029]';
const end = '(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?$)';

const pathClasses: readonly [RegExp, string][] = [
  [/:\\windows\\system32/i, 'win_system_dir'],
  [/:\\windows\\syswow64/i, 'win_system_dir'],
  [/:\\windows\\temp/i, 'win_temp_dir'],
  [
    new RegExp(`(:\\\\users\\\\)(${dot}*?)(\\\\appdata\\\\local\\\\temp)`, 'i'),
    'win_user_appdata_local_temp',
  ],
  [new RegExp(`(:\\\\users\\\\)(${dot}*?)(\\\\appdata)`, 'i'), 'win_user_appdata'],
  [new RegExp(`(:\\\\users\\\\)(${dot}*?)(\\\\downloads)`, 'i'), 'win_user_downloads'],
  [new RegExp(`(:\\\\users\\\\)(${dot}*?)(\\\\)`, 'i'), 'win_user_dir'],
  [new RegExp(`:\\\\users${end}`, 'i'), 'win_users_root_dir'],
  [/:\\program files/i, 'win_program_files'],
  [/:\\programdata/i, 'win_program_data_dir'],
  [/:\\system volume information/i, 'win_sys_vol_info_dir'],
  [/:\\\$recycle\.bin/i, 'win_recycle_bin_dir'],
  [/:\\windows/i, 'win_dir'],
  [new RegExp(`[a-z]:\\\\${end}`, 'i'), 'win_root'],
];

export function referenceDirectory(executable: string): string {
  return pathClasses.find(([pattern]) => pattern.test(executable))?.[1] ?? 'unknown';
}

const pathSteps: readonly [RegExp, string][] = [
  [/"/g, ''],
  [/\\{2,}/g, '\\'],
  [/(users)\\([^\\]+)/g, '$1'],
  [/windows\\system32|windows\/system32|windows\\syswow64|windows\/syswow64/g, 'win_system_dir'],
];
const commandSteps: readonly [RegExp, string][] = [
  ...pathSteps,
  [/[0-9a-f]{4,}-[0-9a-f]{4,}-[0-9a-f]{4,}-[0-9a-f-]{4,}/g, 'process_id'],
  [/0x[0-9a-f]+|[0-9a-f]{8}/g, 'hex'],
  [/[a-f0-9]{128}|[a-f0-9]{64}|[a-f0-9]{56}|[a-f0-9]{40}|[a-f0-9]{32}/g, 'hash'],
  [/[0-9]{5,}/g, 'num'],
];

export function referencePath(text: string): string {
  return pathSteps.reduce((result, [pattern, by]) => result.replace(pattern, by), text);
}

export function referenceCommandLine(text: string): string {
  return commandSteps.reduce((result, [pattern, by]) => result.replace(pattern, by), text);
}

export function referenceFlags(cl: string): Record<string, number> {
  const any = (...words: string[]) => words.some((word) => cl.includes(word));
  const all = (...words: string[]) => words.every((word) => cl.includes(word));
  return {
    credentialAccess: Number(
      any(
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
    ),
    downloadCradle: Number(
      any(
        'certutil',
        'bitsadmin',
        'invoke-webrequest',
        'net.webclient',
        'downloadstring',
        'bitstransfer',
        'desktopimgdownldr',
        'urldownloadtofile',
      ),
    ),
    lateralMovement: Number(
      any('psexec', 'winrs', 'new-pssession', 'invoke-command') ||
        all('wmic', 'node') ||
        all('schtasks', '/s ') ||
        all('sc ', '\\\\'),
    ),
    kerberoasting: Number(any('rubeus', 'kerberoast', 'asktgt', 'krbtgt', 'domainspnticket', 'asreproast')),
    recon: Number(any('whoami', 'nltest') || (all('net ') && any(' user', ' group', ' localgroup'))),
    defenseEvasion: Number(
      any(
        '-exec bypass',
        '-encodedcommand',
        'iex ',
        'iex(',
        'invoke-expression',
        'set-mppreference',
        'disablerealtimemonitoring',
        '-enc ',
      ),
    ),
    persistence: Number(
      all('schtasks', '/create') ||
        (all('reg add') && any('hklm', 'hkcu')) ||
        any('runonce', 'new-scheduledtask', 'register-scheduledtask'),
    ),
    exfiltration: Number(
      any('writeallbytes', 'compress-archive', 'base64string') || all('certutil', '-encode'),
    ),
  };
}

const fragments = [
  'c:\\windows\\system32\\',
  'c:/windows/system32/',
  'c:\\windows\\syswow64',
  ':\\windows\\temp',
  ':\\users\\',
  'users\\',
  'allusers\\',
  'bob',
  '\\appdata',
  '\\appdata\\local\\temp',
  '\\downloads',
  ':\\users',
  'd:\\',
  ':\\program files',
  ':\\programdata',
  ':\\$recycle.bin',
  ':\\system volume information',
  '\\',
  '\\\\',
  '"',
  '^',
  '-',
  '0x',
  'deadbeef',
  '0123456789abcdef',
  'a',
  'f',
  '7',
  '12345',
  ' ',
  '/s ',
  'sc ',
  'schtasks',
  '/create',
  'net ',
  ' user',
  'wmic',
  'node',
  'reg add',
  'hklm',
  'certutil',
  '-encode',
  'mimikatz',
  'iex(',
  '-enc ',
  '\n',
  '\r\n',
  '\u0085',
  '\u2028',
  'İ',
  'Σ',
  'K',
  '\ud83d\ude00',
  '\ud800',
  'windows\\',
  '{',
  '}',
]; // prettier-ignore

/** Texts made of what the rules look for, in any order and case. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...fragments) },
      { weight: 1, arbitrary: fc.constantFrom(...fragments).map((text) => text.toUpperCase()) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      { weight: 2, arbitrary: fc.stringMatching(/^[0-9a-f-]{1,40}$/) },
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));
