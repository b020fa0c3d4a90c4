import type { Decoded } from './decoded.ts';
import type { JsonRecord } from './json-record.ts';
import { isObject, type JsonObject } from './json-value.ts';
import { decodeRecordFields } from './record-fields.ts';

/**
 * An event-log record whose header and payload stand side by side, as in OTRF's Security-Datasets and
 * whatever else NXLog collected; also Winlogbeat 6, with lower-case names and the payload in `event_data`.
 */
export function decodeOtrf(record: JsonRecord): Decoded {
  const document = record.document;
  const payload = document['event_data'];
  return decodeRecordFields(record, {
    providerName:
      document['SourceName'] ?? document['ProviderName'] ?? document['source_name'] ?? byChannel(document),
    eventId: document['EventID'] ?? document['event_id'],
    version: document['Version'] ?? document['version'],
    // EventTime is the host's local time, without a zone in older sets, so it comes last.
    time: document['TimeCreated'] ?? document['@timestamp'] ?? document['EventTime'],
    recordId: document['RecordNumber'] ?? document['EventRecordID'] ?? document['record_number'],
    computer:
      document['Hostname'] ?? document['HostName'] ?? document['Computer'] ?? document['computer_name'],
    channel: document['Channel'] ?? document['log_name'],
    securityUserId: document['UserID'],
    data: isObject(payload) ? payload : withProcessId(document),
    id: undefined,
  });
}

/**
 * NXLog's field names know no case: the header's ProcessID, which is the process that reported the event,
 * takes the place of the payload's ProcessId. That one is then only in the message.
 */
function withProcessId(document: JsonObject): JsonObject {
  const message = document['Message'];
  if (document['ProcessId'] !== undefined || typeof message !== 'string') return document;
  const stated = processIdInMessage.exec(message);
  return stated === null ? document : { ...document, ProcessId: stated[1] };
}

// Sysmon's text, that of 4688, which calls the parent creator, and that of 4689; before any text of a user's making.
const processIdInMessage =
  /^[ \t]*(?:Creator Process ID|ProcessId|Process ID):[ \t]*(0x[0-9a-f]+|\d+)[ \t]*\r?$/im;

function byChannel(document: JsonObject): string | undefined {
  switch (document['Channel']) {
    case 'Microsoft-Windows-Sysmon/Operational':
      return 'Microsoft-Windows-Sysmon';
    case 'Security':
      return 'Microsoft-Windows-Security-Auditing';
    default:
      return undefined;
  }
}
