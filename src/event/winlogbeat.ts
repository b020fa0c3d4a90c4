import type { Decoded } from './decoded.ts';
import { decodeEcs } from './ecs.ts';
import type { JsonRecord } from './json-record.ts';
import { objectOf } from './json-value.ts';
import { decodeRecordFields } from './record-fields.ts';

/**
 * A document of Winlogbeat. With its processing on, the process stands in ECS fields and those count;
 * without, the record itself is all there is, and is decoded as any other event-log record.
 */
export function decodeWinlogbeat(record: JsonRecord): Decoded {
  const document = record.document;
  if (document['process'] !== undefined) return decodeEcs(record);
  const winlog = objectOf(document['winlog']);
  return decodeRecordFields(record, {
    providerName: winlog['provider_name'],
    eventId: winlog['event_id'],
    version: winlog['version'],
    time: document['@timestamp'],
    recordId: winlog['record_id'],
    computer: winlog['computer_name'],
    channel: winlog['channel'],
    securityUserId: objectOf(winlog['user'])['identifier'],
    data: objectOf(winlog['event_data']),
    id: objectOf(document['event'])['id'],
  });
}
