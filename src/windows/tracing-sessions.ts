import { toWide } from './call-buffers.ts';
import type { Ffi, FunctionSignature } from './functions.ts';

const advapi32 = {
  ControlTraceW: { result: 'u32', parameters: ['u64', 'address', 'address', 'u32'] },
} as const satisfies Record<string, FunctionSignature>;

/** As native/src/etw/session.c names them. */
const sessionNames = ['ProblemChild-Process-Classic', 'ProblemChild-Kernel-Process'] as const;

/** EVENT_TRACE_PROPERTIES on 64 bit, followed by room for two names. */
const propertiesBytes = 120;
const nameBytes = 2_048;
const at = {
  wholeSize: 0,
  flags: 44,
  kilobytesPerBuffer: 48,
  logFileNameOffset: 112,
  loggerNameOffset: 116,
} as const;
const tracedGuid = 0x2_0000;
const query = 0;

/** Which of the agent's own tracing sessions exist now, whoever owns them. */
export function findOwnSessions(ffi: Ffi): string[] {
  const advapi = ffi.bind('advapi32.dll', advapi32);
  return sessionNames.filter((name) => {
    const properties = Buffer.alloc(propertiesBytes + 2 * nameBytes);
    properties.writeUInt32LE(properties.length, at.wholeSize);
    properties.writeUInt32LE(tracedGuid, at.flags);
    properties.writeUInt32LE(propertiesBytes, at.loggerNameOffset);
    properties.writeUInt32LE(propertiesBytes + nameBytes, at.logFileNameOffset);
    const result = advapi.ControlTraceW(0n, toWide(`${name}\0`).bytes, properties, query);
    // A session has buffers. Wine answers "done" to any name, and tells nothing.
    return result === 0 && properties.readUInt32LE(at.kilobytesPerBuffer) > 0;
  });
}
