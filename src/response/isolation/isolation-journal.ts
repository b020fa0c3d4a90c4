import type { IsolationChange } from './isolation-change.ts';

/** The isolation that should be in force. Plain values: it outlives the agent. */
export interface StandingIsolation {
  readonly id: string;
  /**
   * `applying` and `releasing` are written before the filters are touched: one that stays so was interrupted, and
   * ends with the host released.
   */
  readonly state: 'applying' | 'isolated' | 'releasing';
  /** When the state was written. */
  readonly changedMs: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly by: string;
  readonly reason: string;
  readonly incidentId: string | undefined;
  readonly persistent: boolean;
  /** When the system was started that it was applied on, by the clock as it was when this was last written. */
  readonly bootMs: number;
  /** How long that system had run at `sinceMs`, where the clock was set since then; else what lies between the two. */
  readonly ranMs?: number;
  readonly planId: string;
  readonly filters: number;
  /** Addresses that names last had, for when they cannot be resolved. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
}

/** Keeps what the agent does to the host. Each write is on the disk when the call returns. */
export interface IsolationJournal {
  isolation: StandingIsolation | undefined;
  noteIsolation(change: IsolationChange): void;
  /** When the agent last isolated the host, or tried to, by itself; `undefined`: never. */
  readonly lastIsolationMs: number | undefined;
}
