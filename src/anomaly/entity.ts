import type { AnomalyHost } from './anomaly-host.ts';
import type { ClusterHistory } from './cluster.ts';
import type { EvidenceView } from './distribution.ts';
import type { ElasticHistory } from './elastic/elastic-history.ts';
import type { EntityKind } from './jobs.ts';

/** A host, a user of a host, or a parent's name on a host, and what it has been seen to start. */
export interface Entity {
  readonly id: number;
  readonly kind: EntityKind;
  readonly host: AnomalyHost;
  readonly key: string;
  /** The name as first written. */
  readonly label: string;
  readonly pairs: Map<string, Pair>;
  /** Weight of the closed buckets in which it started anything. Weights grow with the host's age. */
  buckets: number;
  /** Weight of its (process, bucket) sightings, and of those that were flagged. */
  sightings: number;
  flaggedSightings: number;
  /** Serial of the last bucket it was seen in: the lowest is evicted first. */
  seen: number;
  /** Age of the host then: what is too old is pruned. */
  age: number;
  /** Slots of the open buckets that hold it, as bits. */
  pending: number;
  cluster: ClusterHistory | undefined;
  elastic: ElasticHistory | undefined;
  /** Evidence ready to be asked; made on demand, dropped when a bucket closes. */
  view: EvidenceView | undefined;
  dirty: boolean;
  removed: boolean;
}

/** One process name under one entity. */
export interface Pair {
  readonly id: number;
  readonly entity: Entity;
  readonly name: string;
  /** Weight of the closed buckets in which the entity started it. */
  count: number;
  /** Weight of the closed buckets in which such a start was flagged. */
  flagged: number;
  seen: number;
  age: number;
  pending: number;
  dirty: boolean;
  removed: boolean;
}
