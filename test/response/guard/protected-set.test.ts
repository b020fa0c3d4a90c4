import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/index.ts';
import { ProtectedSet } from '../../../src/response/guard/index.ts';

const { response } = loadConfig({ env: {}, flags: [], file: undefined }).config;
const shipped = new ProtectedSet(response.protectedImages, response.systemFolders);

const volume = 'Volume{b75e2c83-0000-0000-0000-602f00000000}';

const rows: readonly (readonly [
  what: string,
  path: string | undefined,
  isMicrosoft: boolean | undefined,
  isProtected: boolean | undefined,
])[] = [
  ['the real one', 'C:\\Windows\\System32\\svchost.exe', true, true],
  ['in another case and on another drive', 'd:\\WINDOWS\\system32\\SVCHOST.EXE', true, true],
  ['with its signature unknown', 'C:\\Windows\\System32\\svchost.exe', undefined, true],
  ['in the long form of paths', '\\\\?\\C:\\Windows\\System32\\svchost.exe', true, true],
  ['by a roundabout path', 'C:\\Windows\\Temp\\..\\System32\\svchost.exe', true, true],
  ['a shell of the system', 'C:\\Windows\\explorer.exe', true, true],
  [
    'an updated Defender',
    'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\MsMpEng.exe',
    true,
    true,
  ],
  ['unsigned in the right place', 'C:\\Windows\\System32\\svchost.exe', false, false],
  ['elsewhere', 'C:\\Users\\anna\\svchost.exe', true, false],
  ['elsewhere below Windows', 'C:\\Windows\\Temp\\svchost.exe', true, false],
  ['leaving the right place', 'C:\\Windows\\System32\\..\\Temp\\svchost.exe', true, false],
  ['a folder named alike', 'C:\\Windows\\System32x\\svchost.exe', true, false],
  ['a name alike', 'C:\\Windows\\System32\\svch0st.exe', true, false],
  ['a tool that attackers live off', 'C:\\Windows\\System32\\rundll32.exe', true, false],
  ['no path', undefined, true, undefined],
  ['a path of the kernel', '\\Device\\HarddiskVolume3\\Windows\\System32\\svchost.exe', true, undefined],
  ['a bare name', 'svchost.exe', true, undefined],
  ['a share', '\\\\server\\share\\svchost.exe', true, undefined],
  ['a share, in the long form', '\\\\?\\UNC\\server\\share\\svchost.exe', true, undefined],
  ['a volume without a letter', `\\\\?\\${volume}\\svchost.exe`, true, undefined],
  ['by a roundabout path on a share', '\\\\server\\share\\x\\..\\svchost.exe. ', true, undefined],
  ['another name on a share', '\\\\server\\share\\evil.exe', undefined, false],
  ['another name on a share, in the long form', '\\\\?\\UNC\\server\\share\\evil.exe', undefined, false],
  ['another name on a share over WebDAV', '\\\\evil@SSL\\DavWWWRoot\\p.exe', undefined, false],
  ['another name on a volume without a letter', `\\\\?\\${volume}\\evil.exe`, undefined, false],
  ['another name by a path of the kernel', '\\Device\\HarddiskVolume3\\evil.exe', undefined, false],
  ['another name of nothing but dots', '\\\\?\\C:\\Temp\\...', undefined, false],
  ['another bare name', 'Registry', undefined, undefined],
  ['no name at all', '', undefined, undefined],
];

describe('the protected set as shipped', () => {
  it.each(rows)('svchost.exe and others: %s', (_, path, isMicrosoft, isProtected) => {
    expect(shipped.isProtected({ path, isMicrosoft })).toBe(isProtected);
  });

  it.each(rows)('asks for a signature exactly where one could decide: %s', (_, path) => {
    const answers = [true, false, undefined].map((isMicrosoft) => [
      shipped.isProtected({ path, isMicrosoft }),
      shipped.isSession({ path, isMicrosoft }),
    ]);
    const couldDecide = path === undefined || new Set(answers.map(String)).size > 1;
    const isUnreadable = answers.flat().includes(undefined);
    expect(shipped.asksForSignature(path)).toBe(couldDecide || isUnreadable);
  });

  it('spares session processes whatever the configuration says', () => {
    const empty = new ProtectedSet([], []);
    const image = { path: 'C:\\Windows\\System32\\winlogon.exe', isMicrosoft: true };
    expect(empty.isSession(image)).toBe(true);
    expect(empty.isSession({ ...image, isMicrosoft: false })).toBe(false);
    expect(empty.isSession({ ...image, path: 'C:\\Temp\\winlogon.exe' })).toBe(false);
  });
});
