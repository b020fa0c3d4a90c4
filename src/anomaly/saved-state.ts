import type { EntityKind } from './jobs.ts';
import type { AnomalyMode } from './options.ts';
import type { AnomalyRecord, Rescore } from './record.ts';
import type { ScoredStart } from './scored-start.ts';

export interface EntityRow {
  readonly id: number;
  /** The host's own entity; equal to `id` for a host. */
  readonly hostId: number;
  readonly kind: EntityKind;
  readonly key: string;
  readonly label: string;
  readonly buckets: number;
  readonly sightings: number;
  readonly flaggedSightings: number;
  readonly seen: number;
  readonly age: number;
  readonly pending: number;
  /** The mode's own history as JSON. */
  readonly history: string | null;
}

export interface PairRow {
  readonly id: number;
  readonly entityId: number;
  readonly name: string;
  readonly count: number;
  readonly flagged: number;
  readonly seen: number;
  readonly age: number;
  readonly pending: number;
}

export interface HostRow {
  readonly id: number;
  readonly watermarkMs: number;
  readonly lateRun: number;
  readonly lateSinceMs: number;
  readonly lateSetBacks: number;
  readonly newestIndex: number;
  readonly age: number;
  readonly closedAge: number;
  /** `elastic` mode's normalisers as JSON. */
  readonly normalisers: string | null;
}

export interface BucketRow {
  readonly serial: number;
  readonly hostId: number;
  readonly index: number;
  readonly age: number;
  readonly slot: number;
}

export interface SightingRow {
  readonly serial: number;
  /** From 0, in order of arrival. */
  readonly ordinal: number;
  readonly process: string | undefined;
  readonly userId: number | undefined;
  readonly parentId: number | undefined;
  readonly start: ScoredStart;
}

/** Numbers that every batch moves. */
export interface AnomalyTotals {
  readonly nextId: number;
  readonly nextSerial: number;
  readonly counters: AnomalyCounters;
}

/** observed = counted + late; flagged = kept + late flagged + saturated. */
export interface AnomalyCounters {
  /** Process starts given to the engine. */
  readonly observed: number;
  /** Those whose bucket was closed already. */
  readonly late: number;
  readonly flagged: number;
  readonly lateFlagged: number;
  /** Flagged starts beyond what one bucket keeps. */
  readonly saturated: number;
  /** Times a host's clock was set back: by one start much older than it, or by many late ones in a row. */
  readonly clockSetBacks: number;
  readonly evictedPairs: number;
  readonly evictedEntities: number;
  readonly prunedPairs: number;
  readonly prunedEntities: number;
  readonly records: number;
}

/** Starts taken since the checkpoint, those of one batch. */
export interface JournalRow {
  /** Growing. */
  readonly page: number;
  readonly text: string;
}

/** A checkpoint, and the starts taken since. */
export interface AnomalyState extends Omit<Checkpoint, 'totals'> {
  /** `undefined` before the first checkpoint. */
  readonly totals: AnomalyTotals | undefined;
  /** By page. */
  readonly journal: readonly JournalRow[];
}

interface Checkpoint {
  readonly totals: AnomalyTotals;
  readonly hosts: readonly HostRow[];
  readonly entities: readonly EntityRow[];
  readonly pairs: readonly PairRow[];
  readonly buckets: readonly BucketRow[];
  readonly sightings: readonly SightingRow[];
}

/** What changed since the last checkpoint. Removals come before writes: an id is never used again. */
export interface AnomalyChanges extends Checkpoint, Findings {
  readonly removedEntityIds: readonly number[];
  readonly removedPairIds: readonly number[];
  readonly removedBucketSerials: readonly number[];
}

/** Records of the buckets that closed, and earlier ones whose score changed. */
export interface Findings {
  readonly records: readonly AnomalyRecord[];
  readonly rescores: readonly Rescore[];
}

/** Where the engine keeps its state. The caller wraps each call in the transaction of the batch. */
export interface AnomalyPort {
  /** Adds a page to the journal. */
  append(mode: AnomalyMode, row: JournalRow, findings: Findings): void;
  /** Writes what changed and empties the journal. */
  checkpoint(mode: AnomalyMode, changes: AnomalyChanges): void;
}
