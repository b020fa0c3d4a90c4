import type { Connection } from './database.ts';

/** What happened to the file, in words for the log and for those who are told. */
export type StoreNotice =
  /** What is written waits in memory until it can be committed. */
  | { readonly kind: 'unwritable'; readonly error: unknown }
  /** What waited is committed, but for this many writes that were given up. */
  | { readonly kind: 'writable'; readonly givenUp: number }
  /** Too much waited; this many writes were given up. */
  | { readonly kind: 'given up'; readonly writes: number }
  /** Moved aside, and a new one begun. */
  | { readonly kind: 'damaged'; readonly path: string; readonly reason: string };

/** How a connection goes on where its disk is full or its file gets damaged. */
export interface Endurance {
  readonly onNotice: (notice: StoreNotice) => void;
  /** Moves the file aside, where its new name is returned, and opens a new one. */
  readonly replace: () => { readonly database: Connection; readonly path: string };
  /** Time that passes, in ms. */
  readonly nowMs: () => number;
  /** Most memory that uncommitted writes may take; half of it is for the outbox. */
  readonly maxBytes: number;
  /** How often a commit is tried while commits fail. */
  readonly retryMs: number;
}
