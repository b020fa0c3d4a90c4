export { type BackoffOptions, backoffMs } from './backoff.ts';
export type { DeliveryStatus } from './delivery.ts';
export type { DestinationSettings } from './destination-settings.ts';
export type { EventLogWriter } from './event-log.ts';
export { Forwarder, type ForwarderOptions, type Route } from './forwarder.ts';
export { createHealthEntry, type Health, heartbeatMs } from './health.ts';
export { type AgentFacts, createQuarantineNotice, createTestAlert } from './notices.ts';
export { type DestinationSurroundings, openRoute } from './open-destination.ts';
export type {
  Drop,
  DropReason,
  OutboxEntry,
  OutboxIntakePort,
  OutboxKind,
  OutboxLimits,
  OutboxQueue,
  OutboxTotals,
  QueuedEntry,
  ReadLimits,
  SeqRange,
  Settlement,
} from './outbox.ts';
export { outboxKinds } from './outbox.ts';
export { OutboxIntake } from './outbox-intake.ts';
export { type ProbeResult, probeRoute } from './probe.ts';
export { SecretOpener, type SecretRef, type SecretSources } from './secret.ts';
export { createTimers, type Timers } from './timers.ts';
