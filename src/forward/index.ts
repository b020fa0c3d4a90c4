export { type AuthSettings, openAuthorization } from './authorization.ts';
export type { BackoffOptions } from './backoff.ts';
export { type CertificateLife, readCertificateLives } from './certificate-expiry.ts';
export { measureClockSkew } from './clock-skew.ts';
export { type DeliveryStatus, isFailing } from './delivery.ts';
export type { DestinationSettings, ElasticsearchSettings } from './destination-settings.ts';
export { ElasticApi } from './elastic-api.ts';
export { type ElasticAssets, setUpElastic } from './elastic-setup.ts';
export { Elasticsearch } from './elasticsearch.ts';
export type { EventLogWriter } from './event-log.ts';
export { Forwarder, type ForwarderOptions, type Route } from './forwarder.ts';
export { createHealthEntry, type Health } from './health.ts';
export { type HuntOptions, type HuntScore, type HuntScorer, type HuntTally, hunt } from './hunt.ts';
export type { Hit } from './hunt-search.ts';
export { type NameResolution, openNameResolution } from './name-resolution.ts';
export {
  type AgentFacts,
  createDiskNotice,
  createForgottenNotice,
  createOwnDocument,
  createQuarantineNotice,
} from './notices.ts';
export { type DestinationSurroundings, openHttp, openRoute } from './open-destination.ts';
export type {
  Drop,
  DropReason,
  OutboxEntry,
  OutboxKind,
  OutboxLimits,
  OutboxQueue,
  OutboxTotals,
  QueuedEntry,
  ReadLimits,
  SeqRange,
  Settlement,
} from './outbox.ts';
export { listPeers, type Peer } from './peers.ts';
export { type ProbeResult, probeRoute } from './probe.ts';
export { SecretOpener, type SecretRef, type SecretSources } from './secret.ts';
export { createTimers, type Timers } from './timers.ts';
