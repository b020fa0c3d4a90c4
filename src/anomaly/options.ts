/** `elastic` follows Elastic's jobs; `default` adds priors and learns from every process start. */
export type AnomalyMode = 'default' | 'elastic';

export interface AnomalyOptions {
  readonly mode: AnomalyMode;
  /** Length of a bucket; buckets are aligned to the epoch. */
  readonly bucketSpanMs: number;
  /** How long after its end a bucket still takes events, in event time of its host. Less than the span. */
  readonly graceMs: number;
  /** An event this much older than its host's clock sets the clock back instead of being late. */
  readonly setBackMs: number;
  /** Least malicious probability of a flagged event. */
  readonly minProbability: number;
  /** Least score of a record; 0 keeps every flagged process and entity of every bucket. */
  readonly minRecordScore: number;
  /** What is not seen for this many days of the host's age is forgotten. */
  readonly pruneAfterDays: number;
  /** Most hosts, users and parents together. */
  readonly maxEntities: number;
  /** Most (entity, process name) pairs. */
  readonly maxPairs: number;
  /** Flagged starts of one host's bucket that are kept; further ones are counted only. */
  readonly maxSightings: number;
  /** Starts after which the state is written as a whole; those since are written one by one. */
  readonly checkpointStarts: number;
  /** Whether the priors take part in `default` mode. */
  readonly priors: boolean;
  /** Process names that are never flagged here, in any case. */
  readonly excludedProcessNames: readonly string[];
}

const excludedAgents = [
  'elastic-agent',
  'elastic-endpoint',
  'metricbeat',
  'filebeat',
  'packetbeat',
  'winlogbeat',
];

export const defaultAnomalyOptions: AnomalyOptions = {
  mode: 'default',
  bucketSpanMs: 15 * 60_000,
  graceMs: 2 * 60_000,
  setBackMs: 24 * 60 * 60_000,
  minProbability: 0.5,
  minRecordScore: 25,
  pruneAfterDays: 30,
  maxEntities: 20_000,
  maxPairs: 100_000,
  maxSightings: 4_000,
  checkpointStarts: 65_536,
  priors: true,
  excludedProcessNames: excludedAgents.flatMap((name) => [name, `${name}.exe`]),
};
