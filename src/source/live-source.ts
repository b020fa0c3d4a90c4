import type { Clock, Host } from '../event/index.ts';
import type { EtwOptions, NativeLibrary, SourceCounters } from '../windows/index.ts';
import type { EventSource } from './event-source.ts';
import type { LiveNotice } from './live-notice.ts';

/** A source of events as they happen on this machine. */
export interface LiveSource extends EventSource {
  /** Totals since it was made, over all captures that it opened and closed. */
  stats(): LiveStats;
}

/** Where records went, per capture of the native library, and what the merge of two captures left out. */
export interface LiveStats {
  /** By `etw` or channel name; only `queued`, `ringBytes` and `state` are of now, the rest only grows. */
  readonly captures: Readonly<Record<string, SourceCounters>>;
  /** Starts that two captures reported: counted as filtered, being one event. */
  readonly duplicates: number;
}

export const channels = {
  sysmon: 'Microsoft-Windows-Sysmon/Operational',
  security: 'Security',
} as const;
export type ChannelName = keyof typeof channels;

export interface LiveOptions {
  readonly library: NativeLibrary;
  /** This machine, for records that do not name it. */
  readonly host: Host;
  /** Told of everything a person should know about the source itself, in the order of its records. */
  readonly onNotice: (notice: LiveNotice) => void;
  readonly clock: Clock;
  readonly etw?: EtwOptions;
  /** The channel that `eventlog` reads; Sysmon's where it exists, otherwise Security. */
  readonly channel?: ChannelName;
  /** Without a bookmark, begin with what the channel still holds instead of only with new records. */
  readonly fromOldest?: boolean;
}
