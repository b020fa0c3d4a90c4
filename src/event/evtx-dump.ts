import { type Decoded, refuse } from './decoded.ts';
import type { JsonRecord } from './json-record.ts';
import { isObject, type JsonObject, objectOf } from './json-value.ts';
import { decodeRecordFields } from './record-fields.ts';

/**
 * An event-log record as evtx_dump writes it: XML turned into JSON, with attributes either in
 * `#attributes` beside `#text` or, with --separate-json-attributes, in `<element>_attributes`.
 */
export function decodeEvtxDump(record: JsonRecord): Decoded {
  const event = objectOf(record.document['Event']);
  const system = event['System'];
  if (!isObject(system)) return refuse('PC_EVENT_SHAPE', 'Event without System', 'Event.System');
  return decodeRecordFields(record, {
    providerName: attribute(system, 'Provider', 'Name'),
    eventId: contentOf(system['EventID']),
    version: contentOf(system['Version']),
    time: attribute(system, 'TimeCreated', 'SystemTime'),
    recordId: contentOf(system['EventRecordID']),
    computer: contentOf(system['Computer']),
    channel: contentOf(system['Channel']),
    securityUserId: attribute(system, 'Security', 'UserID'),
    data: objectOf(event['EventData']),
    id: undefined,
  });
}

function contentOf(element: unknown): unknown {
  return isObject(element) ? element['#text'] : element;
}

function attribute(system: JsonObject, element: string, name: string): unknown {
  const inside = objectOf(objectOf(system[element])['#attributes'])[name];
  return inside ?? objectOf(system[`${element}_attributes`])[name];
}
