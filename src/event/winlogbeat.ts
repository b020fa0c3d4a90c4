import type { Decoded } from './decoded.ts';
import { decodeEcs } from './ecs.ts';
import type { JsonRecord } from './json-record.ts';
import { isObject, objectOf } from './json-value.ts';
import { decodeRecordFields } from './record-fields.ts';

/**
 * A document of Winlogbeat. With its processing on, the process stands in ECS fields and those count;
 * without, the record itself is all there is, and is decoded as any other event-log record. The record's
 * header is in ECS fields too, which stay where a pipeline takes the others away.
 */
export function decodeWinlogbeat(record: JsonRecord): Decoded {
  const document = record.document;
  if (!isEmpty(document['process'])) return decodeEcs(record);
  const winlog = objectOf(document['winlog']);
  const event = objectOf(document['event']);
  return decodeRecordFields(record, {
    providerName: winlog['provider_name'] ?? event['provider'],
    eventId: winlog['event_id'] ?? event['code'],
    version: winlog['version'],
    time: document['@timestamp'],
    recordId: winlog['record_id'],
    computer: winlog['computer_name'] ?? objectOf(document['host'])['name'],
    channel: winlog['channel'],
    securityUserId: objectOf(winlog['user'])['identifier'],
    data: objectOf(winlog['event_data']),
    id: event['id'],
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}
