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
  ])('%s', (_, sddl, writer) => {
    expect(findUntrustedWriter(sddl, me)).toBe(writer);
  });
});
