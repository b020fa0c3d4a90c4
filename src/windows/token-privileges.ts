import { toWide } from './call-buffers.ts';
import type { Ffi, FfiName, FunctionSignature } from './functions.ts';
import { loadFfi } from './load-ffi.ts';

const advapi32 = {
  OpenProcessToken: { result: 'i32', parameters: ['u64', 'u32', 'address'] },
  GetTokenInformation: { result: 'i32', parameters: ['u64', 'u32', 'address', 'u32', 'address'] },
  LookupPrivilegeNameW: { result: 'i32', parameters: ['address', 'address', 'address', 'address'] },
  LookupPrivilegeValueW: { result: 'i32', parameters: ['address', 'address', 'address'] },
  AdjustTokenPrivileges: {
    result: 'i32',
    parameters: ['u64', 'i32', 'address', 'u32', 'address', 'address'],
  },
} as const satisfies Record<string, FunctionSignature>;

const kernel32 = {
  CloseHandle: { result: 'i32', parameters: ['u64'] },
  GetLastError: { result: 'u32', parameters: [] },
} as const satisfies Record<string, FunctionSignature>;

const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
const tokenAdjustPrivileges = 0x20;
const privilegeEnabled = 0x2;
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

/** Switches a privilege of this process on; `false` when its token does not hold it. @throws AgentError PC_NATIVE_FFI */
export async function enablePrivilege(ffiName: FfiName, name: string): Promise<boolean> {
  const ffi = await loadFfi(ffiName);
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const kernel = ffi.bind('kernel32.dll', kernel32);
  // TOKEN_PRIVILEGES: one entry, its LUID and its attributes.
  const wanted = Buffer.alloc(4 + entryBytes);
  const luid = Buffer.alloc(8);
  if (advapi.LookupPrivilegeValueW(null, toWide(`${name}\0`).bytes, luid) === 0) return false;
  wanted.writeUInt32LE(1);
  luid.copy(wanted, 4);
  wanted.writeUInt32LE(privilegeEnabled, 12);
  const token = Buffer.alloc(8);
  if (advapi.OpenProcessToken(currentProcess, tokenAdjustPrivileges | tokenQuery, token) === 0) return false;
  const handle = token.readBigUInt64LE();
  // It succeeds, with ERROR_NOT_ALL_ASSIGNED, when the token has no such privilege.
  const isDone = advapi.AdjustTokenPrivileges(handle, 0, wanted, 0, null, null) !== 0;
  const error = kernel.GetLastError();
  kernel.CloseHandle(handle);
  return isDone && error === 0;
}
