import type { Look } from './process-look.ts';

/** Whose records are wanted, and how much of them. */
export interface RecordSearch {
  readonly pid: number;
  /** When the oldest and the newest may have been written, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly most: number;
  readonly timeoutMs: number;
}

/** One record of the event log. */
export interface LoggedRecord {
  readonly channel: string;
  readonly provider: string | undefined;
  readonly eventId: number;
  readonly recordId: number;
  readonly computer: string | undefined;
  /** When it was written, ISO 8601 in UTC. */
  readonly time: string;
  /** `<Event …>`, as the event log service renders it; what it says, programs have said. */
  readonly xml: string;
}

/** Why there may be more records than were read. */
export type RecordCut = 'room' | 'time' | 'unreadable';

export interface FoundRecords extends Look {
  /** Newest first; what was read in spite of a code other than `PC_OK` as well. */
  readonly records: readonly LoggedRecord[];
  readonly cut: readonly RecordCut[];
}

/** Reads what the event log keeps about a process. windows/ has the real one. */
export interface EventLogPort {
  /** `channel` names any channel; `PC_E_NOT_FOUND` where there is none of that name. */
  recordsOf(channel: string, search: RecordSearch): Promise<FoundRecords>;
}
