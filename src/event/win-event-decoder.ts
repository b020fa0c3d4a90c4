import { type Decoded, filtered, refusingFaults } from './decoded.ts';
import type { HostEvent } from './host-event.ts';
import { decodeSecurityEnd, decodeSecurityStart } from './security.ts';
import { decodeSysmonDns, decodeSysmonEnd, decodeSysmonNetwork, decodeSysmonStart } from './sysmon.ts';
import type { WinEvent } from './win-event.ts';

type Decoder = (event: WinEvent) => HostEvent;

const sysmon: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [1, decodeSysmonStart],
  [3, decodeSysmonNetwork],
  [5, decodeSysmonEnd],
  [22, decodeSysmonDns],
]);

const security: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [4688, decodeSecurityStart],
  [4689, decodeSecurityEnd],
]);

/** Whether {@link decodeWinEvent} makes an event of such records: a reader need not render any other. */
export function isDecodable(providerName: string, eventId: number): boolean {
  return decoderOf(providerName, eventId) !== undefined;
}

/** An event-log record as an event, `filtered` when it is of a kind nobody here asks for, or a refusal. */
export function decodeWinEvent(event: WinEvent): Decoded {
  const decode = decoderOf(event.providerName, event.eventId);
  return decode === undefined ? filtered : refusingFaults(decode, event);
}

function decoderOf(providerName: string, eventId: number): Decoder | undefined {
  switch (providerName) {
    case 'Microsoft-Windows-Sysmon':
      return sysmon.get(eventId);
    case 'Microsoft-Windows-Security-Auditing':
      return security.get(eventId);
    default:
      return undefined;
  }
}
