import { isAbsolute } from 'node:path';
import { AgentError, type ErrorCode, messageOf } from '../errors/index.ts';
import { abiMajor, buildTestSeam, code, nameOfCode } from './abi.ts';
import { readCause } from './call-buffers.ts';
import { type Bound, type Ffi, type FfiName, problemchildFunctions } from './functions.ts';
import { findLibrary } from './library-path.ts';
import { assertOnlyTrustedMayWrite } from './library-safety.ts';
import { loadFfi } from './load-ffi.ts';

export interface LibraryOptions {
  /** Absolute path of problemchild.dll; looked for in the places of findLibrary when absent. */
  readonly path?: string;
  readonly ffi: FfiName;
  /** Tests only: takes a library whose system functions may come from doubles, from any folder. */
  readonly testBuild?: boolean;
}

export type NativeFunctions = Bound<typeof problemchildFunctions>;

/** problemchild.dll in this process, its ABI checked. */
export class NativeLibrary {
  readonly path: string;
  readonly ffi: FfiName;
  readonly call: NativeFunctions;
  readonly isTestBuild: boolean;

  private constructor(path: string, ffi: Ffi, call: NativeFunctions) {
    this.path = path;
    this.ffi = ffi.name;
    this.call = call;
    this.isTestBuild = (call.pc_build_flags() & buildTestSeam) !== 0;
  }

  /** @throws AgentError PC_NATIVE_… */
  static async open(options: LibraryOptions): Promise<NativeLibrary> {
    // Said before the library is looked for: elsewhere a missing file would be the wrong thing to tell.
    if (process.platform !== 'win32') {
      throw new AgentError(
        'PC_NATIVE_PLATFORM',
        `the native library needs Windows, this is ${process.platform}`,
      );
    }
    const path = options.path ?? findLibrary();
    if (!isAbsolute(path)) {
      throw new AgentError('PC_NATIVE_LIBRARY', 'the path of the native library is not absolute', {
        where: path,
      });
    }
    const ffi = await loadFfi(options.ffi);
    if (options.testBuild !== true) assertOnlyTrustedMayWrite(ffi, path);
    const library = new NativeLibrary(path, ffi, bindLibrary(ffi, path, problemchildFunctions));
    if (library.isTestBuild && options.testBuild !== true) {
      throw new AgentError('PC_NATIVE_LIBRARY', 'this native library was built for tests', { where: path });
    }
    return library;
  }

  /** Passes success and the codes in `expected` through; every other code becomes an error. */
  check(result: number, cause: Buffer, what: string, ...expected: readonly number[]): number {
    if (result === code.OK || expected.includes(result)) return result;
    throw nativeError(result, cause, what);
  }
}

const { pc_abi_version, pc_read } = problemchildFunctions;
/**
 * All that the reader thread calls. Each function that ffi-napi binds is a buffer to V8, which takes it for one of 1 GB and
 * collects everything at once, so a thread binds no more than it needs.
 */
export const readerFunctions = { pc_abi_version, pc_read } as const;

/** Binds functions of a library whose folder was already found safe. */
export function bindLibrary<T extends typeof readerFunctions>(
  ffi: Ffi,
  path: string,
  functions: T,
): Bound<T> {
  let call: Bound<T>;
  try {
    call = ffi.bind(path, functions);
  } catch (error) {
    throw new AgentError('PC_NATIVE_LIBRARY', `the native library does not load: ${messageOf(error)}`, {
      where: path,
      cause: error,
    });
  }
  const version = (call as Bound<typeof readerFunctions>).pc_abi_version();
  if (version >>> 16 !== abiMajor) {
    throw new AgentError(
      'PC_NATIVE_ABI',
      `the native library has interface ${version >>> 16}.${version & 0xffff}, this agent needs ${abiMajor}.x`,
      { where: path },
    );
  }
  return call;
}

const errorCodes: Readonly<Record<number, ErrorCode>> = {
  [code.E_ACCESS]: 'PC_NATIVE_ACCESS',
  [code.E_NOT_FOUND]: 'PC_NATIVE_NOT_FOUND',
  [code.E_CHANNEL_DISABLED]: 'PC_NATIVE_NOT_FOUND',
  [code.E_OWNER]: 'PC_NATIVE_OWNER',
  [code.E_UNSUPPORTED]: 'PC_NATIVE_UNSUPPORTED',
};

function nativeError(result: number, cause: Buffer, what: string): AgentError {
  return new AgentError(
    errorCodes[result] ?? 'PC_NATIVE_CALL',
    `${what}: ${nameOfCode(result)} (${readCause(cause)})`,
  );
}
