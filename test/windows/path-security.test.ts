import { describe, expect, test } from 'vitest';
import type { Ffi } from '../../src/windows/functions.ts';
import { readSecurity } from '../../src/windows/path-security.ts';

/** Windows with one file, whose descriptor reads like this. */
function windowsWith(sddl: string): Ffi {
  const texts = ['S-1-5-18', sddl];
  let asked = 0;
  const functions: Record<string, (...parameters: never[]) => unknown> = {
    OpenProcessToken: () => 1,
    GetTokenInformation: () => 1,
    ConvertSidToStringSidW: () => 1,
    GetNamedSecurityInfoW: () => 0,
    ConvertSecurityDescriptorToStringSecurityDescriptorW: () => 1,
    LocalFree: () => 0n,
    CloseHandle: () => 1,
    GetLastError: () => 0,
    lstrcpynW: (to: Buffer, _from: bigint, units: number) => {
      to.write(`${texts[asked++]!.slice(0, units - 1)}\0`, 'utf16le');
      return 1n;
    },
  };
  return { name: 'koffi', bind: () => functions } as unknown as Ffi;
}

describe('a descriptor', () => {
  const longest = 32_766;

  test('is read as it is', () => {
    const sddl = `O:SYD:${'(A;;FA;;;SY)'.repeat(3_000)}`.slice(0, longest);
    const security = readSecurity(windowsWith(sddl));
    expect(security.currentUserSid).toBe('S-1-5-18');
    expect(security.descriptorOf('C:\\x')).toBe(sddl);
  });

  test('that may have been cut is refused', () => {
    const { descriptorOf } = readSecurity(windowsWith(`O:SYD:${'(A;;FA;;;SY)'.repeat(3_000)}`));
    expect(() => descriptorOf('C:\\x')).toThrow(expect.objectContaining({ code: 'PC_NATIVE_UNSAFE' }));
  });
});
