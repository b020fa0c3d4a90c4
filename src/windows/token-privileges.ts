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
  const names: string[] = [];
  for (const { luid } of readEntries(ffi)) {
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
  const luid = Buffer.alloc(8);
  if (advapi.LookupPrivilegeValueW(null, toWide(`${name}\0`).bytes, luid) === 0) return false;
  // TOKEN_PRIVILEGES with one entry.
  const wanted = Buffer.alloc(4 + entryBytes);
  wanted.writeUInt32LE(1);
  luid.copy(wanted, 4);
  wanted.writeUInt32LE(privilegeEnabled, 12);
  withToken(ffi, tokenAdjustPrivileges, (token) =>
    advapi.AdjustTokenPrivileges(token, 0, wanted, 0, null, null),
  );
  // The call succeeds as well when the token has no such privilege.
  return readEntries(ffi).some(
    (entry) => entry.luid.equals(luid) && (entry.attributes & privilegeEnabled) !== 0,
  );
}

function readEntries(ffi: Ffi): { luid: Buffer; attributes: number }[] {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const privileges = Buffer.alloc(4_096);
  const answered = withToken(ffi, tokenQuery, (token) =>
    advapi.GetTokenInformation(token, tokenPrivileges, privileges, privileges.length, Buffer.alloc(4)),
  );
  if (answered === 0) return [];
  return Array.from({ length: privileges.readUInt32LE() }, (_, index) => {
    const at = 4 + index * entryBytes;
    return {
      luid: Buffer.from(privileges.subarray(at, at + 8)),
      attributes: privileges.readUInt32LE(at + 8),
    };
  });
}

/** What `use` answers of this process's token; 0, a failure, when it cannot be opened. */
function withToken(ffi: Ffi, access: number, use: (token: bigint) => number): number {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const kernel = ffi.bind('kernel32.dll', kernel32);
  const token = Buffer.alloc(8);
  if (advapi.OpenProcessToken(currentProcess, access, token) === 0) return 0;
  const handle = token.readBigUInt64LE();
  const result = use(handle);
  kernel.CloseHandle(handle);
  return result;
}
