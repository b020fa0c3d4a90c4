export { type PipeCaller, PipeConnection, PipeServer, pipeDescriptor } from './control-pipe.ts';
export type { ControlRecord } from './control-record.ts';
export { EventLog, type LogEvent, type LogLevel } from './event-log.ts';
export { EventLogQuery } from './event-log-query.ts';
export { FilterEngine } from './filter-engine.ts';
export type { FfiName } from './functions.ts';
export { findForeignWriter } from './library-safety.ts';
export { defaultFfi } from './load-ffi.ts';
export { openForMachine, sealForMachine } from './machine-secret.ts';
export { type LibraryOptions, NativeLibrary } from './native-library.ts';
export {
  type ChannelFacts,
  type EtwOptions,
  type EventLogOptions,
  NativeSource,
  queryChannel,
} from './native-source.ts';
export {
  type ActOptions,
  type ActResult,
  type Outcome,
  ProcessControl,
  type ProcessTarget,
  type TreeMember,
  type TreeResult,
} from './process-control.ts';
export type { ProcessFacts } from './process-facts.ts';
export { listProcesses } from './process-list.ts';
export { ProcessLook } from './process-look.ts';
export { ProcessWatch } from './process-watch.ts';
export { decodeRecords, type RecordReceiver } from './record-decoder.ts';
export { type NativeBatch, RecordStream } from './record-stream.ts';
export { readRegistryNumber } from './registry.ts';
export { createSecureDirectory, inspectPath, type PathProblem, type PathReport } from './secure-path.ts';
export { type ServiceSetup, setUpService, stopOrphanSessions } from './service-setup.ts';
export type { FactCount, SourceCounters } from './source-counters.ts';
export { openSystemFacts, type SystemFacts } from './system-facts.ts';
export { enablePrivilege } from './token-privileges.ts';
export { listTraceSessions, type TraceSession } from './trace-sessions.ts';
export { type ServiceControl, type ServiceState, WindowsService } from './windows-service.ts';
