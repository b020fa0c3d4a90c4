import type { ErrorCode } from '../../errors/index.ts';

/** Something wrong in an EVTX file. */
export interface EvtxFinding {
  readonly code: ErrorCode;
  readonly message: string;
  /** Byte offset in the file. */
  readonly offset: number;
  /** The record's id; 0 where the damage hides it or is not one record's. */
  readonly record: number;
  /** Bytes given up because of it; 0 when all that the place holds was read all the same. */
  readonly bytesSkipped: number;
}
