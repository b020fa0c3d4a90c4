export type { Clock } from './clock.ts';
export { splitCommandLine } from './command-line.ts';
export type { Decoded, Filtered, Refused } from './decoded.ts';
export { type EcsDocument, toEcs, toEcsLine } from './ecs-writer.ts';
export { decodeEtwRecord } from './etw.ts';
export type { EtwProcessRecord, EtwSignature } from './etw-record.ts';
export type { DnsEvent, HostEvent, NetworkEvent, ProcessEnd, ProcessRunning } from './host-event.ts';
export { decodeJson, type JsonFormat, jsonFormats } from './json-decoder.ts';
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
export { toRecordedDocument } from './recorded-event.ts';
export { emptyWinEventData, type WinEvent, type WinEventData } from './win-event.ts';
export { decodeWinEvent, isDecodable } from './win-event-decoder.ts';
