import { AgentError, type ErrorCode } from '../errors/index.ts';
import type { RecordPosition } from '../event/index.ts';
import type { BatchBuilder } from './batch-builder.ts';

/** Counts an input that stopped being readable, with why. A defect of the agent's own is thrown on. */
export function rejectBroken(batch: BatchBuilder, error: unknown, position: RecordPosition): void {
  if (!(error instanceof Error)) throw error;
  const code = codeOf(error);
  if (code === undefined) throw error;
  batch.reject(code, position, error.message);
}

function codeOf(error: NodeJS.ErrnoException): ErrorCode | undefined {
  if (error instanceof AgentError) return error.code;
  if (error.code?.startsWith('Z_')) return 'PC_SOURCE_COMPRESSED';
  if (error.errno !== undefined || error.code !== undefined) return 'PC_SOURCE_UNREADABLE';
  // What reads archives throws plain errors; TypeError and its like come of a defect.
  return Object.getPrototypeOf(error) === Error.prototype ? 'PC_SOURCE_COMPRESSED' : undefined;
}
