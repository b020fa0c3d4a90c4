import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findUntrustedWriter } from '../../src/windows/security-descriptor.ts';

const me = 'S-1-5-21-1-2-3-1001';
const installer = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';

describe('nobody else may write', () => {
  test.each([
    [
      'as Program Files is',
      `O:${installer}D:PAI(A;;FA;;;${installer})(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)`,
    ],
    ['what the agent’s own account owns', `O:${me}D:(A;;FA;;;SY)(A;ID;FA;;;${me})`],
    ['rights for what is created inside later', 'O:BAD:(A;;FA;;;SY)(A;OICIIO;GA;;;BU)'],
    ['what denies', 'O:SYD:(D;;FA;;;WD)(A;;FA;;;SY)'],
    ['readers', 'O:SYD:(A;;FR;;;WD)(A;;FRFX;;;AU)'],
    ['readers on conditions', 'O:SYD:(XA;;FX;;;BU;(Member_of {SID(BA)}))(A;;FA;;;SY)'],
    ['a text with a parenthesis in it', 'O:SYD:(XA;;FX;;;BU;(Title=="a)(A;;FA;;;WD)"))(A;;FA;;;SY)'],
    ['nobody at all', 'O:SYD:P'],
    ['with a group and an audit list', 'O:SYG:SYD:PAI(A;;FA;;;SY)S:AI(AU;SAFA;FA;;;WD)'],
  ])('%s', (_, sddl) => {
    expect(findUntrustedWriter(sddl, me)).toBeUndefined();
  });
});

describe('somebody else may', () => {
  test.each([
    ['owner', 'O:S-1-5-21-1-2-3-1002D:(A;;FA;;;SY)', 'S-1-5-21-1-2-3-1002'],
    ['everyone, fully', 'O:BAD:(A;;FA;;;WD)', 'WD'],
    ['users add files', 'O:BAD:(A;CI;DCLCRPCR;;;BU)', 'BU'],
    ['by mask', 'O:BAD:(A;;0x1301bf;;;AU)', 'AU'],
    ['change of rights only', 'O:BAD:(A;;WD;;;BU)', 'BU'],
    ['generic write', 'O:BAD:(A;;GW;;;BU)', 'BU'],
    ['no list at all', 'O:BA', 'everyone'],
    ['a null list', 'O:BAD:NO_ACCESS_CONTROL', 'everyone'],
    ['no owner', 'D:(A;;FA;;;SY)', 'an unknown owner'],
    ['rights nobody knows', 'O:BAD:(A;;QQ;;;BU)', 'BU'],
    ['an entry of another kind', 'O:BAD:(OA;;FA;;;BU)', 'an entry of type OA'],
    ['nothing', '', 'an unknown owner'],
    ['behind a condition', 'O:SYD:(XA;;FX;;;BU;(Member_of {SID(BA)}))(A;;FA;;;WD)', 'WD'],
    ['on a condition', 'O:SYD:(XA;;FA;;;BU;(Member_of {SID(BA)}))', 'BU'],
    ['on a condition, of an object', 'O:SYD:(ZA;;FA;;;BU;(Member_of {SID(BA)}))', 'an entry of type ZA'],
    ['behind flags that only look like inherit-only', 'O:SYD:(A;CIOI;FA;;;WD)', 'WD'],
    ['by a mask that is none', 'O:SYD:(A;;0xwrite;;;WD)', 'WD'],
    ['in what was cut off', 'O:SYD:(A;;FA;;;SY)(A;;FA', 'a descriptor that is not understood'],
    [
      'in a text that does not end',
      'O:SYD:(XA;;FX;;;BU;(T=="a)))(A;;FA;;;WD)',
      'a descriptor that is not understood',
    ],
    ['behind something unknown', 'O:SYD:(A;;FA;;;SY) (A;;FA;;;WD)', 'a descriptor that is not understood'],
    [
      'in a list that is not the first',
      'O:SYX:(A;;FA;;;SY)D:(A;;FA;;;SY)',
      'a descriptor that is not understood',
    ],
    ['only audited', 'O:SYS:(AU;SAFA;FA;;;WD)', 'everyone'],
  ])('%s', (_, sddl, writer) => {
    expect(findUntrustedWriter(sddl, me)).toBe(writer);
  });
});

describe('whatever stands before and after it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '(', ')', ';', '{', ' '), maxLength: 8 });
  const condition: fc.Arbitrary<string> = fc.letrec<{ it: string }>((tie) => ({
    it: fc.oneof(
      { maxDepth: 3 },
      fc.constant('(Member_of {SID(BA)})'),
      text.map((value) => `(Title == "${value}")`),
      fc.tuple(tie('it'), tie('it')).map(([a, b]) => `(${a} && ${b})`),
    ),
  })).it;
  const harmless = fc.oneof(
    fc.constantFrom('(A;;FA;;;SY)', '(A;;FR;;;WD)', '(D;;FA;;;WD)', '(A;OICIIO;GA;;;BU)'),
    fc.tuple(fc.constantFrom('XA', 'XD'), condition).map(([type, when]) => `(${type};;FX;;;BU;${when})`),
  );
  const entries = fc.array(harmless, { maxLength: 6 }).map((all) => all.join(''));

  test('an entry that lets everyone write is found, and none where there is none', () => {
    fc.assert(
      fc.property(entries, entries, condition, (before, after, when) => {
        expect(findUntrustedWriter(`O:SYD:PAI${before}${after}`, me)).toBeUndefined();
        for (const entry of ['(A;;FA;;;WD)', `(XA;;FA;;;WD;${when})`]) {
          expect(findUntrustedWriter(`O:SYD:PAI${before}${entry}${after}`, me)).toBe('WD');
        }
      }),
    );
  });

  test('a list that was cut inside an entry is never taken for safe', () => {
    fc.assert(
      fc.property(entries, condition, fc.nat(), (before, when, cut) => {
        const entry = `(XA;;FX;;;BU;${when})`;
        const kept = entry.slice(0, 1 + (cut % (entry.length - 1)));
        expect(findUntrustedWriter(`O:SYD:PAI${before}${kept}`, me)).toBeDefined();
      }),
    );
  });
});
