import { AgentError, messageOf } from '../errors/index.ts';
import type { Ffi, FfiName } from './functions.ts';

/** ffi-napi where it has a binary, koffi elsewhere. */
export function defaultFfi(architecture: string = process.arch): FfiName {
  return architecture === 'x64' ? 'ffi-napi' : 'koffi';
}

/** @throws AgentError PC_NATIVE_FFI when the package does not load on this machine. */
export async function loadFfi(name: FfiName): Promise<Ffi> {
  try {
    return name === 'koffi' ? (await import('./koffi.ts')).koffiFfi : (await import('./ffi-napi.ts')).ffiNapi;
  } catch (error) {
    throw new AgentError('PC_NATIVE_FFI', `${name} does not load: ${messageOf(error)}`, {
      where: name,
      cause: error,
    });
  }
}
