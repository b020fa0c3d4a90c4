export type { Clock } from './clock.ts';
export type { DnsEvent, HostEvent, NetworkEvent, ProcessEnd } from './host-event.ts';
export type {
  CodeSignature,
  Hashes,
  Host,
  ParentProcess,
  PeInfo,
  Process,
  ProcessEvent,
  ProcessIdentity,
  Provider,
  RecordPosition,
  Token,
  User,
} from './process-event.ts';
export { emptyWinEventData, type WinEvent, type WinEventData } from './win-event.ts';
