/** One file of a recording. */
export interface RecordedFile {
  /** Base name; it lies beside the manifest. */
  readonly name: string;
  readonly events: number;
  /** As it lies on the disk, compressed. */
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * received = written + lost, and records + lostBeforeAgent = filtered + rejected + received.
 * An event is lost when Windows or the native library could not hand it over, or the disk did not take it.
 */
export interface RecordingCounts {
  /** Records that the source handed over. */
  readonly records: number;
  /** Sound records that are no event of a process. */
  readonly filtered: number;
  /** Records that could not be read. */
  readonly rejected: number;
  /** Events that there were to write. */
  readonly received: number;
  readonly written: number;
  readonly lost: number;
  /** Of the lost, those that never reached this process. */
  readonly lostBeforeAgent: number;
}

export type StopReason = 'end of input' | 'stopped' | 'time' | 'size';

/** What lies beside a recording and says whether it is whole. */
export interface RecordingManifest {
  readonly format: 'problemchild-recording';
  readonly version: 1;
  /** Set by a clean stop only. While the recording runs, and for ever after a crash, it is false. */
  readonly complete: boolean;
  /** In words, for a person who opens the file. */
  readonly state: string;
  readonly stopped: StopReason | null;
  readonly agentVersion: string;
  readonly hostName: string;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** When these numbers were written down. */
  readonly asOf: string;
  /** `@timestamp` of the first and last event written. */
  readonly firstEvent: string | null;
  readonly lastEvent: string | null;
  readonly counts: RecordingCounts;
  readonly files: readonly RecordedFile[];
}

export function describeRecordingState(complete: boolean): string {
  return complete
    ? 'The recording was stopped cleanly: the files are whole and match their hashes.'
    : 'The recording runs, or its process was ended: the files hold at least what is counted here, and the hashes are those of their first bytes.';
}
