import type { ProcessEvent } from '../event/index.ts';

/** A process that others descend from. */
export interface Ancestor {
  readonly entityId: string | undefined;
  readonly pid: number | undefined;
  readonly name: string | undefined;
  readonly executable: string | undefined;
  readonly commandLine: string | undefined;
  /** Milliseconds since the epoch; `undefined` for a process whose start was not seen. */
  readonly startMs: number | undefined;
}

/** A process start with its place in the tree of processes. */
export interface TracedEvent {
  /** The start, with its entity id, and what the table knows of its parent where the record says nothing. */
  readonly event: ProcessEvent;
  /** The start as its record tells it. */
  readonly untraced: ProcessEvent;
  /** Nearest first: the parent, its parent, and so on as far as known, up to the table's limit. */
  readonly ancestors: readonly Ancestor[];
}

/** A process as the table knows it. */
export interface KnownProcess extends Ancestor {
  readonly entityId: string;
  readonly endMs: number | undefined;
  readonly parentEntityId: string | undefined;
}
