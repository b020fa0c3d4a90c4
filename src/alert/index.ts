export {
  type Alert,
  type AnomalyFinding,
  createAlert,
  type Reason,
  type RollUp,
} from './alert.ts';
export {
  type AlertArchive,
  AlertCounters,
  AlertDesk,
  type AlertDeskParts,
  type DeskOutcome,
} from './alert-desk.ts';
export { readAlertDocument } from './alert-document.ts';
export { alertToEcs, predictionToEcs, severityNumbers, type WireDocument } from './ecs.ts';
export * from './exceptions/index.ts';
export { fingerprintFile, fingerprintFolder } from './fingerprint-loader.ts';
export * from './incident/index.ts';
export * from './ioc/index.ts';
export { Reloadable, type ReloadOutcome } from './reloadable.ts';
export * from './report/index.ts';
export type { StatePort } from './state-port.ts';
export * from './suppression/index.ts';
export * from './triage/index.ts';
