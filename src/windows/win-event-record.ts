import { emptyWinEventData, type WinEvent } from '../event/index.ts';
import { field } from './abi.ts';
import type { RecordCursor } from './record-cursor.ts';

/** The event-log record under the cursor. @throws RecordFault */
export function readWinEvent(cursor: RecordCursor, channel: string): WinEvent {
  const time = cursor.time;
  const data = emptyWinEventData();
  let providerName = '';
  let eventId = 0;
  let version = 0;
  let recordId = 0;
  let computer = '';
  let securityUserId: string | undefined;
  while (cursor.nextField()) {
    switch (cursor.fieldId) {
      case field.EVENT_ID:
        eventId = cursor.u32();
        break;
      case field.RECORD_ID:
        recordId = cursor.u64();
        break;
      case field.PROVIDER:
        providerName = cursor.text();
        break;
      case field.COMPUTER:
        computer = cursor.text();
        break;
      case field.WINEVENT_VERSION:
        version = cursor.u32();
        break;
      case field.EVENT_USER_SID:
        securityUserId = cursor.text();
        break;
      case field.EVENT_DATA: {
        const [name, value] = cursor.named();
        data[name] ??= value;
        break;
      }
    }
  }
  return {
    providerName,
    eventId,
    version,
    // The library renders only what decoders of these channels read.
    level: 0,
    task: 0,
    opcode: 0,
    keywords: '',
    timeCreated: time.text,
    timeCreatedMs: time.ms,
    recordId,
    computer,
    channel,
    securityUserId,
    executionPid: undefined,
    executionTid: undefined,
    data,
    position: { source: channel, record: recordId, offset: 0 },
  };
}
