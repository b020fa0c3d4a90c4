import { AgentError } from '../errors/index.ts';
import { toWide } from './call-buffers.ts';
import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  OpenProcessToken: { result: 'i32', parameters: ['u64', 'u32', 'address'] },
  GetTokenInformation: { result: 'i32', parameters: ['u64', 'u32', 'address', 'u32', 'address'] },
  ConvertSidToStringSidW: { result: 'i32', parameters: ['u64', 'address'] },
  GetNamedSecurityInfoW: {
    result: 'u32',
    parameters: ['address', 'u32', 'u32', 'address', 'address', 'address', 'address', 'address'],
  },
  ConvertSecurityDescriptorToStringSecurityDescriptorW: {
    result: 'i32',
    parameters: ['u64', 'u32', 'u32', 'address', 'address'],
  },
} as const satisfies Record<string, FunctionSignature>;

const kernel32 = {
  LocalFree: { result: 'u64', parameters: ['u64'] },
  CloseHandle: { result: 'i32', parameters: ['u64'] },
  GetLastError: { result: 'u32', parameters: [] },
  lstrcpynW: { result: 'u64', parameters: ['address', 'u64', 'i32'] },
} as const satisfies Record<string, FunctionSignature>;

const currentProcess = 0xffff_ffff_ffff_ffffn;
const tokenQuery = 0x8;
const tokenUser = 1;
const fileObject = 1;
const ownerAndList = 0x1 | 0x4;
/** Longer than any descriptor of a file that an installer made; one of this length may have been cut and is refused. */
const maxTextUnits = 32_767;

export interface Security {
  /** SID of the account this process runs as. */
  readonly currentUserSid: string;
  /** Owner and access list of a file or folder as SDDL. @throws AgentError */
  descriptorOf(path: string): string;
}

/** Asks Windows who may do what, without any library but its own. @throws AgentError PC_NATIVE_UNSAFE */
export function readSecurity(ffi: Ffi): Security {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  const kernel = ffi.bind('kernel32.dll', kernel32);

  function fail(api: string, error: number): never {
    throw new AgentError('PC_NATIVE_UNSAFE', `${api} failed: Win32 error ${error}`);
  }

  /** Copies a text that Windows allocated, and frees it. */
  function takeText(pointer: Buffer): string {
    const address = pointer.readBigUInt64LE();
    const copy = Buffer.alloc((maxTextUnits + 1) * 2);
    kernel.lstrcpynW(copy, address, maxTextUnits + 1);
    kernel.LocalFree(address);
    const text = copy.toString('utf16le');
    const units = text.indexOf('\0');
    // What was cut off may say that everyone may write.
    if (units >= maxTextUnits) {
      throw new AgentError('PC_NATIVE_UNSAFE', 'an access list is longer than any that can be judged');
    }
    return text.slice(0, units);
  }

  function currentUserSid(): string {
    const token = Buffer.alloc(8);
    if (advapi.OpenProcessToken(currentProcess, tokenQuery, token) === 0) {
      fail('OpenProcessToken', kernel.GetLastError());
    }
    const handle = token.readBigUInt64LE();
    // TOKEN_USER: the address of the SID, which follows in the same buffer.
    const user = Buffer.alloc(256);
    const answered = advapi.GetTokenInformation(handle, tokenUser, user, user.length, Buffer.alloc(4));
    kernel.CloseHandle(handle);
    if (answered === 0) fail('GetTokenInformation', kernel.GetLastError());
    const text = Buffer.alloc(8);
    if (advapi.ConvertSidToStringSidW(user.readBigUInt64LE(), text) === 0) {
      fail('ConvertSidToStringSidW', kernel.GetLastError());
    }
    return takeText(text);
  }

  function descriptorOf(path: string): string {
    const descriptor = Buffer.alloc(8);
    const name = toWide(`${path}\0`).bytes;
    const result = advapi.GetNamedSecurityInfoW(
      name,
      fileObject,
      ownerAndList,
      null,
      null,
      null,
      null,
      descriptor,
    );
    if (result !== 0) fail(`GetNamedSecurityInfo(${path})`, result);
    const address = descriptor.readBigUInt64LE();
    const text = Buffer.alloc(8);
    const converted = advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW(
      address,
      1,
      ownerAndList,
      text,
      Buffer.alloc(4),
    );
    kernel.LocalFree(address);
    if (converted === 0) fail('ConvertSecurityDescriptorToStringSecurityDescriptor', kernel.GetLastError());
    return takeText(text);
  }

  return { currentUserSid: currentUserSid(), descriptorOf };
}
