import type { ErrorEntry } from './error-entry.ts';

/** Codes of what only Windows has, and of the native library: a part of the one table. */
export const nativeCodes = {
  PC_NATIVE_PLATFORM: {
    cause: 'Something was asked for that only Windows has: a live source, its processes, isolation.',
    remedy:
      'Run it on the Windows host; recorded events are read anywhere, from a file, a folder, or - for standard input.',
  },
  PC_NATIVE_FFI: {
    cause: 'The package that calls the native library does not load on this machine.',
    remedy: 'Set native.ffi to the other one (ffi-napi or koffi), or install the agent again.',
  },
  PC_NATIVE_LIBRARY: {
    cause: 'problemchild.dll is missing, does not load, or is not the one of a release.',
    remedy: 'Install the agent again; in a checkout, build native/ first.',
  },
  PC_NATIVE_ABI: {
    cause: 'problemchild.dll belongs to another version of the agent.',
    remedy: 'Install the agent again, all of it from one release.',
  },
  PC_NATIVE_UNSAFE: {
    cause: 'Somebody other than the administrators may change problemchild.dll or its folder.',
    remedy: 'Take their write access away, check that the file is the released one, and start again.',
  },
  PC_NATIVE_ACCESS: {
    cause: 'Windows refused the agent something it needs.',
    remedy: 'Run it as administrator or as the installed service.',
  },
  PC_NATIVE_OWNER: {
    cause:
      'Something of this name is there and belongs to somebody who could not have made what was looked for.',
    remedy: 'Find out which program made it, and why.',
  },
  PC_NATIVE_NOT_FOUND: {
    cause: 'The event-log channel is not there or is disabled.',
    remedy: 'Install Sysmon or enable the channel, or use --source etw.',
  },
  PC_NATIVE_UNSUPPORTED: {
    cause: 'This version of Windows lacks a function that was asked for.',
    remedy: 'Use another source; docs/windows.md lists what each needs.',
  },
  PC_NATIVE_CALL: {
    cause: 'A call into the native library failed; the message names the system function and its error.',
    remedy: 'Look the error up; if the agent caused it, report it with the message.',
  },
  PC_NATIVE_RECORD: {
    cause: 'The native library handed over a record that contradicts its own layout; it was skipped.',
    remedy: 'Install the agent again, all of it from one release; if it comes back, report it.',
  },
} as const satisfies Record<`PC_NATIVE_${string}`, ErrorEntry>;
