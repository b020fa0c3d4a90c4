export type { ActivitySnapshot } from './activity.ts';
export { type AlertHooks, type AlertStages, openExceptions } from './alert-stages.ts';
export { exportBaseline, importBaseline, openUserHash } from './anomaly.ts';
export { findArmableRule, findUnarmableRules } from './armable-rules.ts';
export { siemAssetsFolder } from './assets.ts';
export { leaveOutMiddleCompiler } from './collection.ts';
export { type ControlClient, connectToAgent, type SuspendedProcess } from './control/index.ts';
export { collectDiagnostics } from './diagnostics/diagnostics.ts';
export type { CheckResult, CheckState } from './doctor/check.ts';
export { createDoctorReference } from './doctor/document-checks.ts';
export { examine } from './doctor/open-doctor.ts';
export type { DoctorReport } from './doctor/run-doctor.ts';
export { type HuntReport, type HuntRunOptions, installElasticAssets, runHunt } from './elastic-clusters.ts';
export { type ExplainRun, openExplainRun } from './explain-run.ts';
export { type FeatureRun, openFeatureRun } from './feature-run.ts';
export { isUnreachable } from './find-agent.ts';
export {
  type DestinationCounts,
  type Forwarding,
  type ForwardingOptions,
  listDestinations,
  type OutboxTotals,
  type ProbeResult,
  probeDestinations,
  withOutboxDesk,
} from './forwarding.ts';
export { sealSecret } from './forwarding-ports.ts';
export {
  configureInstallation,
  configureService,
  type InstallRequest,
  openInstallHost,
  parseInstallRequest,
  releaseInstallation,
  undoInstallation,
} from './installation/index.ts';
export { findInstalledConfig } from './installed-config-loader.ts';
export { type IsolationConsole, openIsolationConsole } from './isolation-console.ts';
export { type OpenLibrary, openLibrary } from './live-input.ts';
export { type LiveRun, type LiveRunOptions, openLiveRun } from './live-run.ts';
export { type ModelFacts, readModelFacts } from './model-facts.ts';
export { type OpenPipeline, openPipeline, type PipelineHooks } from './open-pipeline.ts';
export { drainOutbox } from './outbox-drain.ts';
export { openPathJudge } from './path-judge-loader.ts';
export type { BatchOutcome, PipelineParts, StartStage } from './pipeline.ts';
export { openProcessConsole, type ProcessConsole } from './process-console.ts';
export { type LookedAt, listRunning } from './process-desk.ts';
export { openRecordRun } from './record-run.ts';
export type { RecordingManifest } from './recording/recording-manifest.ts';
export { openRehearsalRun, type RehearsalRun } from './rehearsal-run.ts';
export { openReplayRun, type ReplayRun } from './replay-run.ts';
export { openResponseConsole, type ResponseConsole } from './response-console.ts';
export {
  type LiveResponse,
  type LiveResponseOptions,
  openEvidence,
  openResponseDesk,
  type ResponseDesk,
} from './response-desk.ts';
export { openScoreRun, type ScoreRun } from './score-run.ts';
export { runSelftest, type SelftestReport } from './selftest/selftest.ts';
export { selftestTimeoutMs } from './selftest/selftest-step.ts';
export { runAsService, type ServiceWork } from './service-run.ts';
export { logSkippedIndicators } from './skipped-indicators.ts';
export { readStateGlance, type StateGlance } from './state-glance-loader.ts';
export type { AgentStatus } from './status.ts';
export { listenForStop } from './stop-signals.ts';
export { readStoredAlert, readStoredDocuments, type StoredDocuments } from './stored-alerts.ts';
export { Tally } from './tally.ts';
export { assertTrusted, listTrustedPaths, type PathJudge } from './trusted-paths.ts';
export { agentVersion } from './version.ts';
