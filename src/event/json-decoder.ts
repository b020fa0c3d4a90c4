import { type Decoded, refuse, refusingFaults } from './decoded.ts';
import { decodeEcs } from './ecs.ts';
import { decodeEvtxDump } from './evtx-dump.ts';
import type { JsonRecord } from './json-record.ts';
import { expandDottedKeys, hasDottedKeys, holdsObject, isObject, type JsonObject } from './json-value.ts';
import { decodeOtrf } from './otrf.ts';
import type { RecordPosition } from './process-event.ts';
import { decodeWinlogbeat } from './winlogbeat.ts';

/**
 * What a line of JSON may be: `winlogbeat` (with `winlog.event_data`), `defend` and `ecs` (ECS fields),
 * `evtx-dump` (`Event.System` and `Event.EventData`), `otrf` (the record's fields side by side).
 */
export const jsonFormats = ['winlogbeat', 'defend', 'ecs', 'evtx-dump', 'otrf'] as const;

export type JsonFormat = (typeof jsonFormats)[number];

/**
 * One JSON document as an event. `text` is the document, `position.record` its line number. With `auto`
 * each document is taken for what it looks like, so one file may mix them.
 */
export function decodeJson(
  text: string,
  position: RecordPosition,
  format: JsonFormat | 'auto' = 'auto',
): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse('PC_EVENT_JSON', `not JSON: ${(error as SyntaxError).message.slice(0, 120)}`);
  }
  const document = unwrap(value);
  if (document === undefined) return refuse('PC_EVENT_SHAPE', 'JSON, but not an object');
  const found = detect(document);
  if (found === undefined) {
    return refuse(
      'PC_EVENT_SHAPE',
      'an object of no known shape: no process, event, winlog, Event or EventID',
    );
  }
  if (format !== 'auto' && !fits(format, found)) {
    return refuse('PC_EVENT_SHAPE', `looks like ${found}, but the format was set to ${format}`);
  }
  return refusingFaults(decoders[found], { document, text, position });
}

const decoders: Readonly<Record<JsonFormat, (record: JsonRecord) => Decoded>> = {
  winlogbeat: decodeWinlogbeat,
  defend: decodeEcs,
  ecs: decodeEcs,
  'evtx-dump': decodeEvtxDump,
  otrf: decodeOtrf,
};

/** The document itself out of an export of an Elasticsearch index, with dotted keys taken apart. */
function unwrap(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const source = value['_source'];
  const document = isObject(source) ? source : value;
  return hasDottedKeys(document) ? expandDottedKeys(document) : document;
}

function detect(document: JsonObject): JsonFormat | undefined {
  if (isObject(document['winlog'])) return 'winlogbeat';
  if (holdsObject(document['process']) || holdsObject(document['event'])) return 'ecs';
  if (isObject(document['Event'])) return 'evtx-dump';
  return document['EventID'] === undefined && document['event_id'] === undefined ? undefined : 'otrf';
}

/** Winlogbeat and Defend documents are ECS, and an ECS document may well hold `winlog` fields. */
function fits(format: JsonFormat, found: JsonFormat): boolean {
  return isEcs(format) ? isEcs(found) : format === found;
}

function isEcs(format: JsonFormat): boolean {
  return format === 'winlogbeat' || format === 'defend' || format === 'ecs';
}
