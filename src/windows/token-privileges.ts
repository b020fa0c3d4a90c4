import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  OpenProcessToken: { result: 'i32', parameters: ['u64', 'u32', 'address'] },
  GetTokenInformation: { result: 'i32', parameters: ['u64', 'u32', 'address', 'u32', 'address'] },
  LookupPrivilegeNameW: { result: 'i32', parameters: ['address', 'address', 'address', 'address'] },
} as const satisfies Record<string, FunctionSignature>;

const kernel32 = {
  CloseHandle: { result: 'i32', parameters: ['u64'] },
} as const satisfies Record<string, FunctionSignature>;

const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
const tokenPrivileges = 3;
/** LUID_AND_ATTRIBUTES. */
const entryBytes = 12;
const maxNameUnits = 64;

/** Names of the privileges that this process's token holds, enabled or not. */
export function readPrivileges(ffi: Ffi): string[] {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const kernel = ffi.bind('kernel32.dll', kernel32);
  const token = Buffer.alloc(8);
  if (advapi.OpenProcessToken(currentProcess, tokenQuery, token) === 0) return [];
  const handle = token.readBigUInt64LE();
  const privileges = Buffer.alloc(4_096);
  const answered = advapi.GetTokenInformation(
    handle,
    tokenPrivileges,
    privileges,
    privileges.length,
    Buffer.alloc(4),
  );
  kernel.CloseHandle(handle);
  if (answered === 0) return [];
  const names: string[] = [];
  for (let index = 0; index < privileges.readUInt32LE(); index++) {
    const luid = Buffer.from(privileges.subarray(4 + index * entryBytes, 12 + index * entryBytes));
    const name = Buffer.alloc(maxNameUnits * 2);
    const units = Buffer.alloc(4);
    units.writeUInt32LE(maxNameUnits);
    if (advapi.LookupPrivilegeNameW(null, luid, name, units) !== 0) {
      names.push(name.toString('utf16le', 0, units.readUInt32LE() * 2));
    }
  }
  return names.sort();
}
