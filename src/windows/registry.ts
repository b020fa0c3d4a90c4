import { code } from './abi.ts';
import { newCause, toWide } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/**
 * A DWORD of HKEY_LOCAL_MACHINE; `undefined` when the key or the value is not there.
 * @throws AgentError PC_NATIVE_… when it is there and cannot be read, or is of another type
 */
export function readRegistryNumber(library: NativeLibrary, key: string, name: string): number | undefined {
  const wideKey = toWide(key);
  const wideName = toWide(name);
  const value = Buffer.alloc(4);
  const cause = newCause();
  const result = library.call.pc_registry_read_u32(
    wideKey.bytes,
    wideKey.units,
    wideName.bytes,
    wideName.units,
    value,
    cause,
  );
  const answer = library.check(
    result,
    cause,
    `the registry value ${key}\\${name} could not be read`,
    code.E_NOT_FOUND,
  );
  return answer === code.E_NOT_FOUND ? undefined : value.readUInt32LE();
}
