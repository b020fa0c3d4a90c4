import { emptyWinEventData, type WinEvent } from '../../src/event/index.ts';
import { parseTimeMs } from '../../src/event/timestamp.ts';

/** An event-log record with the given payload; everything else is ordinary unless given. */
export function makeWinEvent(
  payload: Readonly<Record<string, string>>,
  header: Partial<Omit<WinEvent, 'data' | 'timeCreatedMs'>> = {},
): WinEvent {
  const data = emptyWinEventData();
  for (const [name, value] of Object.entries(payload)) data[name] = value;
  const timeCreated = header.timeCreated ?? '2024-05-01T12:00:00.4567891Z';
  return {
    providerName: 'Microsoft-Windows-Sysmon',
    eventId: 1,
    version: 5,
    level: 4,
    task: 1,
    opcode: 0,
    keywords: '0x8000000000000000',
    recordId: 1001,
    computer: 'WS-0417.meridian.example',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    securityUserId: 'S-1-5-18',
    executionPid: 3308,
    executionTid: 4008,
    position: { source: 'log.evtx', record: header.recordId ?? 1001, offset: 4608 },
    ...header,
    timeCreated,
    timeCreatedMs: parseTimeMs(timeCreated),
    data,
  };
}

export const securityProvider = {
  providerName: 'Microsoft-Windows-Security-Auditing',
  channel: 'Security',
  eventId: 4688,
  version: 2,
} as const;
