import { type Decoded, FieldFault, filtered } from './decoded.ts';
import { deriveDocumentId } from './event-id.ts';
import type { JsonRecord } from './json-record.ts';
import { isObject, type JsonObject, textOf, timeMsOf, timeTextOf } from './json-value.ts';
import { toUtcTimestamp } from './timestamp.ts';
import { emptyWinEventData, type WinEvent, type WinEventData } from './win-event.ts';
import { decodeWinEvent, isDecodable } from './win-event-decoder.ts';

/** What JSON exports say of an event-log record, under whatever names, values not yet looked at. */
export interface RecordFields {
  readonly providerName: unknown;
  readonly eventId: unknown;
  readonly version: unknown;
  readonly time: unknown;
  readonly recordId: unknown;
  readonly computer: unknown;
  readonly channel: unknown;
  readonly securityUserId: unknown;
  readonly data: JsonObject;
  /** `event.id`, where the export has given the record one. */
  readonly id: unknown;
}

/** Decodes an event-log record that was exported to JSON, as if it had been read from the log. */
export function decodeRecordFields(record: JsonRecord, fields: RecordFields): Decoded {
  const providerName = textOf(fields.providerName, 'Provider') ?? '';
  const eventId = numberOf(fields.eventId, 'EventID');
  if (eventId === undefined || !isDecodable(providerName, eventId)) return filtered;
  const event = toWinEvent(record, fields, providerName, eventId);
  const decoded = decodeWinEvent(event);
  if (decoded.kind === 'filtered' || decoded.kind === 'refused') return decoded;
  const id = textOf(fields.id, 'event.id');
  if (id !== undefined) return { ...decoded, id };
  // Without a record id nothing would tell two alike records of one moment apart.
  if (event.recordId > 0) return decoded;
  return { ...decoded, id: deriveDocumentId(record.text, record.position.record) };
}

function toWinEvent(
  record: JsonRecord,
  fields: RecordFields,
  providerName: string,
  eventId: number,
): WinEvent {
  const time = timeTextOf(fields.time, 'TimeCreated') ?? textOf(fields.data['UtcTime'], 'UtcTime');
  if (time === undefined) throw new FieldFault('TimeCreated', undefined, 'the time of the record');
  const timeCreatedMs = timeMsOf(time, 'TimeCreated')!;
  return {
    providerName,
    eventId,
    version: numberOf(fields.version, 'Version') ?? 0,
    level: 0,
    task: 0,
    opcode: 0,
    keywords: '',
    timeCreated: toUtcTimestamp(time, timeCreatedMs),
    timeCreatedMs,
    recordId: numberOf(fields.recordId, 'EventRecordID') ?? 0,
    computer: textOf(fields.computer, 'Computer') ?? '',
    channel: textOf(fields.channel, 'Channel') ?? '',
    securityUserId: textOf(fields.securityUserId, 'UserID'),
    executionPid: undefined,
    executionTid: undefined,
    data: toEventData(fields.data),
    position: record.position,
  };
}

/**
 * The payload as strings. An export's numbers, booleans and nulls read as Windows would render them; of a
 * list, which search engines make of any field, the first element counts.
 */
function toEventData(data: JsonObject): WinEventData {
  const texts = emptyWinEventData();
  for (const name of Object.keys(data)) {
    const field = data[name];
    const value = Array.isArray(field) ? field[0] : field;
    if (typeof value === 'string') texts[name] = value;
    else if (isObject(value)) texts[name] = textOf(value['#text'], name) ?? '';
    else if (!Array.isArray(value)) texts[name] = value === null || value === undefined ? '' : String(value);
  }
  return texts;
}

function numberOf(value: unknown, field: string): number | undefined {
  if (typeof value === 'number') return value;
  const text = textOf(value, field);
  if (text === undefined) return undefined;
  if (!/^\d{1,16}$/.test(text)) throw new FieldFault(field, text, 'a number');
  return Number(text);
}
