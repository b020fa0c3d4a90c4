import type { RecordPosition } from './process-event.ts';

/**
 * A process record of the Windows kernel's event tracing, as the native library joined and enriched it.
 * `undefined` is a fact that was not captured. Every string is attacker-controlled.
 */
export interface EtwProcessRecord {
  /** `running`: was there before the source began; seeds the process table and never alerts. */
  readonly kind: 'start' | 'end' | 'running';
  /** Time of the event. */
  readonly timeMs: number;
  /** The same as ISO 8601 in UTC with 100 ns resolution. */
  readonly timestamp: string;
  readonly position: RecordPosition;
  /**
   * Only the manifest provider told of it, and the kernel's own logger did not. Any account may write events of that
   * provider, so that all of it may be forged.
   */
  readonly isManifestOnly: boolean;
  readonly pid: number | undefined;
  readonly parentPid: number | undefined;
  /** Creation time as the kernel keeps it, ms since the epoch; only some event versions carry it. */
  readonly createdMs: number | undefined;
  /** Full path as `C:\…`. */
  readonly imagePath: string | undefined;
  /** Full path as `\Device\HarddiskVolume…`. */
  readonly imageNtPath: string | undefined;
  /** File name only, from the classic event. */
  readonly imageName: string | undefined;
  readonly commandLine: string | undefined;
  readonly userSid: string | undefined;
  readonly userName: string | undefined;
  readonly userDomain: string | undefined;
  /** Binary SIDs one after the other, as lower-case hexadecimal. */
  readonly groupSids: string | undefined;
  /** How many groups the token has; more than {@link groupSids} lists when they did not fit. */
  readonly groupCount: number | undefined;
  /** `S-1-16-…`. */
  readonly mandatoryLabel: string | undefined;
  readonly elevated: boolean | undefined;
  /** 1 default, 2 full, 3 limited: TOKEN_ELEVATION_TYPE. */
  readonly elevationType: number | undefined;
  /** Hexadecimal as `0x3e7`. */
  readonly logonId: string | undefined;
  /** Lower-case hexadecimal. */
  readonly sha256: string | undefined;
  readonly originalFileName: string | undefined;
  readonly company: string | undefined;
  readonly description: string | undefined;
  readonly product: string | undefined;
  readonly fileVersion: string | undefined;
  readonly signature: EtwSignature | undefined;
  readonly signer: string | undefined;
}

/** What became of the Authenticode check of the image; `undecided` when it could not be made. */
export type EtwSignature =
  | 'none'
  | 'trusted'
  | 'untrusted'
  | 'expired'
  | 'revoked'
  | 'bad-digest'
  | 'undecided';
