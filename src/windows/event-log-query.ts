import type { EventLogPort, FoundRecords, LoggedRecord, RecordCut, RecordSearch } from '../response/index.ts';
import { code, cut, field, nameOfCode, recordKind, structBytes } from './abi.ts';
import { newCause, newStruct, readCause, toWide } from './call-buffers.ts';
import { toFileTime } from './filetime.ts';
import type { NativeLibrary } from './native-library.ts';
import { RecordCursor } from './record-cursor.ts';

/** Of one channel's records together; each has 64 KB at most. */
const recordsBytes = 1 << 20;

const cutNames: readonly (readonly [bit: number, name: RecordCut])[] = [
  [cut.ROOM, 'room'],
  [cut.TIME, 'time'],
  [cut.RENDER, 'unreadable'],
];

/** Searches the event log of this machine, backwards from its newest record. Calls run off the main thread. */
export class EventLogQuery implements EventLogPort {
  readonly #library: NativeLibrary;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  async recordsOf(channel: string, search: RecordSearch): Promise<FoundRecords> {
    const name = toWide(channel);
    const buffer = Buffer.alloc(recordsBytes);
    const bytes = Buffer.alloc(4);
    const count = Buffer.alloc(4);
    const cuts = Buffer.alloc(4);
    const cause = newCause();
    const answer = await this.#library.call.pc_eventlog_query.inBackground(
      name.bytes,
      name.units,
      layOut(search),
      buffer,
      recordsBytes,
      bytes,
      count,
      cuts,
      cause,
    );
    const bits = cuts.readUInt32LE();
    return {
      code: nameOfCode(answer),
      cause: answer === code.OK ? '' : readCause(cause),
      records: readRecords(buffer.subarray(0, Math.min(bytes.readUInt32LE(), recordsBytes)), channel),
      cut: cutNames.filter(([bit]) => (bits & bit) !== 0).map(([, cutName]) => cutName),
    };
  }
}

function layOut({ pid, fromMs, toMs, most, timeoutMs }: RecordSearch): Buffer {
  const query = newStruct(structBytes.eventLogQuery);
  query.writeUInt32LE(pid, 4);
  query.writeBigUInt64LE(toFileTime(fromMs), 8);
  query.writeBigUInt64LE(toFileTime(toMs), 16);
  query.writeUInt32LE(most, 24);
  query.writeUInt32LE(timeoutMs, 28);
  return query;
}

function readRecords(bytes: Buffer, channel: string): LoggedRecord[] {
  const records: LoggedRecord[] = [];
  const cursor = new RecordCursor(bytes);
  while (cursor.nextRecord()) {
    if (cursor.kind === recordKind.EVENT_XML) records.push(readRecord(cursor, channel));
  }
  return records;
}

function readRecord(cursor: RecordCursor, channel: string): LoggedRecord {
  const time = cursor.time.text;
  let provider: string | undefined;
  let computer: string | undefined;
  let eventId = 0;
  let recordId = 0;
  let xml = '';
  while (cursor.nextField()) {
    switch (cursor.fieldId) {
      case field.EVENT_ID:
        eventId = cursor.u32();
        break;
      case field.RECORD_ID:
        recordId = cursor.u64();
        break;
      case field.PROVIDER:
        provider = cursor.text();
        break;
      case field.COMPUTER:
        computer = cursor.text();
        break;
      case field.EVENT_XML:
        xml = cursor.text();
        break;
    }
  }
  return { channel, provider, eventId, recordId, computer, time, xml };
}
