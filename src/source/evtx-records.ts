import { AgentError, type ErrorCode } from '../errors/index.ts';
import { decodeWinEvent, isDecodable } from '../event/index.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import {
  type EvtxFinding,
  type EvtxRecord,
  formatBookmark,
  parseBookmark,
  readEvtxChunks,
} from './evtx/index.ts';
import type { Member } from './input-members.ts';

/** Where an EVTX reader is between two records. */
export interface EvtxPlace {
  /** What the EVTX reader resumes from; `undefined` before the first record. */
  readonly evtx: string | undefined;
}

/**
 * Reads the records of one EVTX member into the batch, rendering only those that make events, and yields
 * where it is each time the batch is full.
 */
export async function* readEvtxRecords(
  member: Member,
  batch: BatchBuilder,
  start: EvtxPlace,
): AsyncGenerator<EvtxPlace, void, undefined> {
  const bookmark = start.evtx === undefined ? undefined : parseBookmark(start.evtx);
  const chunks = readEvtxChunks(member.file ?? member.open(0), {
    source: member.name,
    ...(bookmark === undefined ? {} : { bookmark }),
  });
  let at = bookmark?.recordOffset ?? 0;
  const head = { source: member.name, record: 0, offset: 0 };
  let headDamage: string | undefined;
  let hasRecords = bookmark !== undefined;
  try {
    for await (const chunk of chunks) {
      // A chunk resumed in begins for us with its first record that is left.
      at = chunk.fileOffset === bookmark?.chunkOffset ? -1 : chunk.fileOffset;
      headDamage = takeFindings(chunk.findings, batch, member) ?? headDamage;
      for (const record of chunk.records()) {
        const { offset, size } = record;
        if (!hasRecords && headDamage !== undefined) batch.warn('PC_SOURCE_EVTX_HEADER', head, headDamage);
        hasRecords = true;
        batch.read(offset + size - (at === -1 ? offset : at));
        at = offset + size;
        addRecord(record, batch);
        if (!batch.isFull) continue;
        const place = { chunkOffset: chunk.fileOffset, recordOffset: offset, recordId: record.id };
        yield { evtx: formatBookmark(place) };
      }
      if (at !== -1) batch.read(chunk.endOffset - at);
      at = chunk.endOffset;
    }
    // Nothing else speaks for a log either.
    if (!hasRecords && headDamage !== undefined) batch.reject('PC_SOURCE_EVTX_HEADER', head, headDamage);
  } catch (error) {
    rejectBroken(batch, error, { source: member.name, record: 0, offset: Math.max(at, 0) });
  }
}

/** A log that ends early, even before its first byte, has lost records, though no byte of what is there was skipped. */
const endsEarly: ReadonlySet<ErrorCode> = new Set(['PC_SOURCE_EVTX_TRUNCATED', 'PC_SOURCE_EVTX_EMPTY']);

/** Reports damage, but for that of the head, which it answers: it matters less where records follow. */
function takeFindings(
  findings: readonly EvtxFinding[],
  batch: BatchBuilder,
  member: Member,
): string | undefined {
  let headDamage: string | undefined;
  for (const { code, message, offset, record, bytesSkipped } of findings) {
    const position = { source: member.name, record, offset };
    if (code === 'PC_SOURCE_EVTX_HEADER') {
      headDamage = message;
    } else if (bytesSkipped === 0 && !endsEarly.has(code)) {
      batch.warn(code, position, message);
    } else {
      batch.reject(code, position, message);
      batch.skip(bytesSkipped);
    }
  }
  return headDamage;
}

function addRecord(record: EvtxRecord, batch: BatchBuilder): void {
  try {
    if (isDecodable(record.providerName, record.eventId)) {
      const event = record.event();
      batch.add(decodeWinEvent(event), event.position);
    } else {
      batch.addFiltered();
    }
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    batch.skip(record.size);
    batch.reject(error.code, record.position(), error.message);
  }
}
