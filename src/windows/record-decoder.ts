import type { EtwProcessRecord, WinEvent } from '../event/index.ts';
import { recordKind } from './abi.ts';
import { type ControlRecord, readControlRecord } from './control-record.ts';
import { readProcessRecord } from './process-record.ts';
import { RecordCursor, RecordFault } from './record-cursor.ts';
import { readWinEvent } from './win-event-record.ts';

/** Takes what is in a batch, in its order. */
export interface RecordReceiver {
  process(record: EtwProcessRecord, arrivalUs: number): void;
  winEvent(event: WinEvent): void;
  control(record: ControlRecord): void;
  /** A record of a kind that a newer library sends. */
  unknown(kind: number, sequence: number): void;
  /** A record that contradicts its layout; `sequence` is the last one read when its own cannot be. */
  malformed(message: string, sequence: number): void;
}

/**
 * Hands every record of a pc_read buffer to the receiver. `source` is the tracing session or channel that
 * positions name. Every string is a copy of its own.
 */
export function decodeRecords(bytes: Uint8Array, source: string, receiver: RecordReceiver): void {
  const cursor = new RecordCursor(bytes);
  for (;;) {
    try {
      if (!cursor.nextRecord()) return;
      decodeRecord(cursor, source, receiver);
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error;
      receiver.malformed(error.message, cursor.sequence);
    }
  }
}

function decodeRecord(cursor: RecordCursor, source: string, receiver: RecordReceiver): void {
  switch (cursor.kind) {
    case recordKind.PROCESS_START:
    case recordKind.PROCESS_END:
    case recordKind.PROCESS_RUNNING:
      receiver.process(readProcessRecord(cursor, source), cursor.arrivalUs);
      return;
    case recordKind.WINEVENT:
      receiver.winEvent(readWinEvent(cursor, source));
      return;
    default: {
      const control = readControlRecord(cursor);
      if (control === undefined) receiver.unknown(cursor.kind, cursor.sequence);
      else receiver.control(control);
    }
  }
}
