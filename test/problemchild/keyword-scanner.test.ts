import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagKeywords } from '../../src/problemchild/elastic-keywords.ts';
import { createKeywordScanner } from '../../src/problemchild/keyword-scanner.ts';
import { hostileText, referenceFlags } from '../support/elastic-pipeline.ts';

describe('createKeywordScanner', () => {
  it('finds what a search for each keyword finds, overlaps and keywords within keywords included', () => {
    const keyword = fc.string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 1, maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'c', 'é', '\ud800'), maxLength: 40 });
    fc.assert(
      fc.property(fc.uniqueArray(keyword, { minLength: 1, maxLength: 12 }), text, (keywords, input) => {
        const hits = new Uint8Array(keywords.length).fill(1);
        createKeywordScanner(keywords)(input, hits);
        expect([...hits]).toEqual(keywords.map((word) => Number(input.includes(word))));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a keyword that is not ASCII', () => {
    expect(() => createKeywordScanner(['naïve'])).toThrow(RangeError);
  });
});

describe('flagKeywords', () => {
  it('raises what plain substring tests raise', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const commandLine = text.toLowerCase().replaceAll(/\\{2,}/g, '\\');
        expect(flagKeywords(commandLine)).toEqual(referenceFlags(commandLine));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['credentialAccess', ['sekurlsa::x', 'wce.exe -w', 'procdump -ma lsass.exe'], ['wce -w', 'dump']],
    [
      'downloadCradle',
      ['certutil -f', 'start-bitstransfer x', 'net.webclient'],
      ['curl http://x', 'webclient'],
    ],
    [
      'lateralMovement',
      ['winrs -r:x', 'wmic /node:x', 'schtasks /s host', 'node wmic'],
      ['wmic os get', 'schtasks /sx', 'sc \\srv', 'sc \\\\srv'],
    ],
    ['kerberoasting', ['rubeus.exe', 'x krbtgt'], ['kerberos']],
    [
      'recon',
      ['whoami', 'net user', 'net  localgroup', 'net view group'],
      ['net use', 'netuser', 'net.exe user'],
    ],
    ['defenseEvasion', ['-exec bypass', 'iex(x)', 'iex (x)', '-enc aaa'], ['-e aaa', '-encode', 'iex']],
    [
      'persistence',
      ['schtasks /create', 'reg add hkcu\\x', 'reg add x hklm', 'runonce'],
      ['schtasks /run', 'reg add x'],
    ],
    [
      'exfiltration',
      ['compress-archive', 'certutil -encode', '-encode certutil'],
      ['certutil -decode', '-encode'],
    ],
  ] as const)('%s', (flag, raising, silent) => {
    for (const text of raising) expect([text, flagKeywords(text)[flag]]).toEqual([text, 1]);
    for (const text of silent) expect([text, flagKeywords(text)[flag]]).toEqual([text, 0]);
  });
});
