import { structBytes, traceSessionIs } from './abi.ts';
import { newCause } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/** A tracing session, whoever owns it. */
export interface TraceSession {
  /** Cut at 64 characters. */
  readonly name: string;
  /** Takes events of the kernel's own provider, of whose sessions Windows allows few. */
  readonly isKernel: boolean;
  readonly isOwn: boolean;
  readonly bufferKb: number;
  readonly buffers: number;
  readonly eventsLost: number;
  readonly buffersLost: number;
}

/** What Windows can be set to allow at most. */
const mostSessions = 256;
const nameAt = 32;

/** The tracing sessions that there are, as far as this account may see them. @throws AgentError PC_NATIVE_… */
export function listTraceSessions(library: NativeLibrary): TraceSession[] {
  const bytes = structBytes.traceSession;
  const sessions = Buffer.alloc(mostSessions * bytes);
  for (let index = 0; index < mostSessions; index++) sessions.writeUInt32LE(bytes, index * bytes);
  const count = Buffer.alloc(4);
  const cause = newCause();
  const result = library.call.pc_etw_sessions(sessions, mostSessions, count, cause);
  library.check(result, cause, 'the tracing sessions could not be listed');
  const found = Math.min(count.readUInt32LE(), mostSessions);
  return Array.from({ length: found }, (_, index) =>
    readSession(sessions.subarray(index * bytes, (index + 1) * bytes)),
  );
}

function readSession(from: Buffer): TraceSession {
  const flags = from.readUInt32LE(4);
  return {
    name: from.toString('utf16le', nameAt, nameAt + from.readUInt32LE(24) * 2),
    isKernel: (flags & traceSessionIs.KERNEL) !== 0,
    isOwn: (flags & traceSessionIs.OWN) !== 0,
    bufferKb: from.readUInt32LE(8),
    buffers: from.readUInt32LE(12),
    eventsLost: from.readUInt32LE(16),
    buffersLost: from.readUInt32LE(20),
  };
}
