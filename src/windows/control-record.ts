import { causeKind, field, recordKind } from './abi.ts';
import type { RecordCursor } from './record-cursor.ts';

/** What a source says about itself, in the order of its records. */
export type ControlRecord = ControlFacts & { readonly timestamp: string };

type ControlFacts =
  /** Everything before it is covered by `bookmark`. */
  | { readonly kind: 'bookmark'; readonly bookmark: string }
  /** Somebody stopped the agent's own tracing session. */
  | { readonly kind: 'session-stopped'; readonly session: string; readonly cause: string }
  | { readonly kind: 'session-started'; readonly session: string; readonly stoppedAt: string | undefined }
  /** The kernel lost events before they reached the agent. */
  | { readonly kind: 'loss'; readonly events: number; readonly buffers: number }
  /** Event-log records were overwritten before they were read; `records` where that can be known. */
  | { readonly kind: 'gap'; readonly channel: string; readonly records: number | undefined }
  /** The source failed and tries again by itself. */
  | { readonly kind: 'source-error'; readonly cause: string };

/** The control record under the cursor, or `undefined` for a kind this version does not know. @throws RecordFault */
export function readControlRecord(cursor: RecordCursor): ControlRecord | undefined {
  const kind = cursor.kind;
  const timestamp = cursor.time.text;
  const facts = readFacts(cursor);
  switch (kind) {
    case recordKind.BOOKMARK:
      return { kind: 'bookmark', timestamp, bookmark: facts.bookmark };
    case recordKind.SESSION_STOPPED:
      return { kind: 'session-stopped', timestamp, session: facts.session, cause: describeCause(facts) };
    case recordKind.SESSION_STARTED:
      return { kind: 'session-started', timestamp, session: facts.session, stoppedAt: facts.since };
    case recordKind.LOSS:
      return { kind: 'loss', timestamp, events: facts.lostEvents, buffers: facts.lostBuffers };
    case recordKind.GAP:
      return { kind: 'gap', timestamp, channel: facts.channel, records: facts.gapRecords };
    case recordKind.SOURCE_ERROR:
      return { kind: 'source-error', timestamp, cause: describeCause(facts) };
    default:
      return undefined;
  }
}

function readFacts(cursor: RecordCursor) {
  let bookmark = '';
  let session = '';
  let channel = '';
  let since: string | undefined;
  let lostEvents = 0;
  let lostBuffers = 0;
  let gapRecords: number | undefined;
  let kind = 0;
  let value = 0;
  let api = '';
  while (cursor.nextField()) {
    switch (cursor.fieldId) {
      case field.BOOKMARK:
        bookmark = cursor.text();
        break;
      case field.SESSION_NAME:
        session = cursor.text();
        break;
      case field.CHANNEL:
        channel = cursor.text();
        break;
      case field.SINCE:
        since = cursor.fileTime().text;
        break;
      case field.LOST_EVENTS:
        lostEvents = cursor.u64();
        break;
      case field.LOST_BUFFERS:
        lostBuffers = cursor.u64();
        break;
      case field.GAP_RECORDS:
        gapRecords = cursor.u64();
        break;
      case field.CAUSE_KIND:
        kind = cursor.u32();
        break;
      case field.CAUSE_VALUE:
        value = cursor.u32();
        break;
      case field.CAUSE_API:
        api = cursor.text();
        break;
    }
  }
  return { bookmark, session, channel, since, lostEvents, lostBuffers, gapRecords, kind, value, api };
}

/** `EnableTraceEx2: Win32 error 5`, or `NtOpenProcess: NTSTATUS 0xc0000022`. */
export function describeCause(cause: { kind: number; value: number; api: string }): string {
  const where = cause.api === '' ? '' : `${cause.api}: `;
  switch (cause.kind) {
    case causeKind.WIN32:
      return `${where}Win32 error ${cause.value}`;
    case causeKind.NTSTATUS:
      return `${where}NTSTATUS 0x${cause.value.toString(16)}`;
    case causeKind.HRESULT:
      return `${where}HRESULT 0x${cause.value.toString(16)}`;
    default:
      return `${where}no system error`;
  }
}
