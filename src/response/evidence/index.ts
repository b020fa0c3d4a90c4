export type {
  EventLogPort,
  FoundRecords,
  LoggedRecord,
  RecordCut,
  RecordSearch,
} from './event-log-port.ts';
export { EvidenceCollector, type EvidenceDraft, type EvidenceLimits } from './evidence-collector.ts';
export { type BundleList, EvidenceFiles } from './evidence-files.ts';
export type { EvidenceManifest } from './manifest.ts';
export type { EnvironmentLook, MappedImage, ModulesLook, ProcessLookPort } from './process-look.ts';
