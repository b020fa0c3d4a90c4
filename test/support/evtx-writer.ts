import { crc32 } from 'node:zlib';
import { ChunkFull, ChunkWriter } from './evtx-writer-chunk.ts';
import type { EvtxValueType } from './evtx-writer-values.ts';

/** An event to write, by the fields of its System part and its EventData in order. */
export interface WrittenEvent {
  readonly provider: string;
  readonly providerGuid?: string;
  readonly eventId: number;
  readonly version: number;
  /** ISO 8601 in UTC, up to seven digits of a second. */
  readonly time: string;
  readonly computer: string;
  readonly channel: string;
  /** One more than the record before unless given. */
  readonly recordId?: number;
  readonly level?: number;
  readonly task?: number;
  readonly opcode?: number;
  readonly keywords?: bigint;
  readonly securityUserId?: string;
  readonly executionPid?: number;
  readonly executionTid?: number;
  /** Name, text as Windows renders it, and type (`string` unless given). An empty name writes an unnamed Data. */
  readonly data: readonly (readonly [name: string, value: string, type?: EvtxValueType])[];
}

const FILE_HEADER_SIZE = 4096;

/** A whole EVTX log with the given events: closed, all checksums right. */
export function writeEvtx(events: Iterable<WrittenEvent>): Buffer {
  const chunks: Buffer[] = [];
  let nextRecordId = 1;
  for (const chunk of writeEvtxChunks(events)) {
    chunks.push(chunk);
    nextRecordId = Number(chunk.readBigUInt64LE(32)) + 1;
  }
  return Buffer.concat([writeEvtxHeader(chunks.length, nextRecordId), ...chunks]);
}

/** The chunks of a log one by one, each 64 KiB, for logs too large to hold. */
export function* writeEvtxChunks(events: Iterable<WrittenEvent>): Generator<Buffer, void, undefined> {
  let nextId = 1;
  let chunk = new ChunkWriter();
  for (const event of events) {
    const id = event.recordId ?? nextId;
    try {
      chunk.add(event, id);
    } catch (error) {
      if (!(error instanceof ChunkFull) || chunk.isEmpty) throw error;
      yield chunk.finish();
      chunk = new ChunkWriter();
      chunk.add(event, id);
    }
    nextId = id + 1;
  }
  if (!chunk.isEmpty) yield chunk.finish();
}

/** The 4,096 bytes that a log begins with. */
export function writeEvtxHeader(chunkCount: number, nextRecordId: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER_SIZE);
  header.write('ElfFile\0', 0, 'latin1');
  header.writeBigUInt64LE(BigInt(Math.max(0, chunkCount - 1)), 16);
  header.writeBigUInt64LE(BigInt(nextRecordId), 24);
  header.writeUInt32LE(128, 32);
  header.writeUInt16LE(1, 36);
  header.writeUInt16LE(3, 38);
  header.writeUInt16LE(FILE_HEADER_SIZE, 40);
  header.writeUInt16LE(chunkCount & 0xffff, 42);
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124);
  return header;
}
