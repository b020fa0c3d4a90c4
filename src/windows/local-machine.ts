import { toWide } from './call-buffers.ts';
import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  RegGetValueW: {
    result: 'i32',
    parameters: ['u64', 'address', 'address', 'u32', 'address', 'address', 'address'],
  },
} as const satisfies Record<string, FunctionSignature>;

/** HKEY_LOCAL_MACHINE: users may not write there. */
const localMachine = 0xffff_ffff_8000_0002n;
/** RRF_RT_…: only a value of this type is read. */
const types = { text: 0x2, bytes: 0x8, number: 0x10 } as const;
const maxValueBytes = 8_192;

/** Values below HKEY_LOCAL_MACHINE; `undefined` where there is none of the type, or it may not be read. */
export interface Registry {
  number(key: string, name: string): number | undefined;
  /** Variables in it expanded. */
  text(key: string, name: string): string | undefined;
  bytes(key: string, name: string): Buffer | undefined;
}

export function openRegistry(ffi: Ffi): Registry {
  const advapi = ffi.bind('advapi32.dll', advapi32);

  function read(key: string, name: string, type: number): Buffer | undefined {
    const value = Buffer.alloc(maxValueBytes);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(value.length);
    const result = advapi.RegGetValueW(
      localMachine,
      toWide(`${key}\0`).bytes,
      toWide(`${name}\0`).bytes,
      type,
      null,
      value,
      size,
    );
    return result === 0 ? value.subarray(0, size.readUInt32LE()) : undefined;
  }

  return {
    number: (key, name) => read(key, name, types.number)?.readUInt32LE(),
    text: (key, name) => read(key, name, types.text)?.toString('utf16le').replace(/\0+$/, ''),
    bytes: (key, name) => read(key, name, types.bytes),
  };
}
