import type { LiveFacts } from './guard/index.ts';

/** A process by what cannot be reused. */
export interface ProcessTarget {
  readonly pid: number;
  /** Creation time, ms since the epoch. */
  readonly createdMs: number;
  /** How far the process's creation time may be from `createdMs`, either way. */
  readonly toleranceMs: number;
}

export type NativeOutcome = 'none' | 'suspended' | 'resumed' | 'terminated' | 'pending' | 'failed' | 'gone';

/** What an act came to. */
export interface ProcessAct {
  /** `PC_OK`, or why the act was refused or failed: `PC_E_IDENTITY`, … */
  readonly code: string;
  /** The system call behind it. */
  readonly cause: string;
  readonly outcome: NativeOutcome;
  readonly facts: LiveFacts;
}

export interface TreeAct extends ProcessAct {
  readonly members: readonly {
    readonly pid: number;
    /** Creation FILETIME. */
    readonly created: bigint;
    readonly depth: number;
    readonly outcome: NativeOutcome;
    readonly code: string;
  }[];
  /** Members found and members ended; `members` may list fewer. */
  readonly found: number;
  readonly ended: number;
}

/**
 * Acts on processes by identity; every act checks the identity on the handle that it acts on. windows/ has the
 * real one.
 */
export interface ProcessPort {
  query(target: ProcessTarget): Promise<ProcessAct>;
  /** As query, at once: without the signature, for which a file would be read. */
  look(target: ProcessTarget): ProcessAct;
  suspend(target: ProcessTarget): Promise<ProcessAct>;
  /** As suspend, at once: without a look whether every thread stands still already. */
  freeze(target: ProcessTarget): ProcessAct;
  /** Undoes one suspend: they nest. */
  resume(target: ProcessTarget): Promise<ProcessAct>;
  /** Told to end before the call returns; what is waited for is its end. */
  terminate(target: ProcessTarget): Promise<ProcessAct>;
  /** Who {@link terminateTree} would end, untouched. */
  tree(target: ProcessTarget): Promise<TreeAct>;
  /** With more members than `treeLimit` nobody is ended: `PC_E_TREE_LIMIT`. */
  terminateTree(target: ProcessTarget, limits?: { readonly treeLimit: number }): Promise<TreeAct>;
}
