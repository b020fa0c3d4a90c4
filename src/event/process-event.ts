/**
 * A process start as the rest of the agent sees it: shaped after ECS, immutable, the same for every
 * provider. Every key is always present (`undefined` where the source says nothing), so that all
 * events share one hidden class and "absent" has one spelling: decoders turn "", "-" and the like
 * into `undefined`.
 *
 * Every string here is attacker-controlled. Escape and bound it at the edge that prints it.
 */
export interface ProcessEvent extends Confirmation {
  readonly kind: 'start';
  /** `event.id`: the input's own, else derived from record position and content. */
  readonly id: string;
  /** `@timestamp`, milliseconds since the epoch, UTC; a fraction keeps the source's resolution. 0 when undated. */
  readonly timeMs: number;
  /**
   * `@timestamp` as ISO 8601 in UTC with the source's own resolution. `undefined` where the record
   * carries no time: such an event can be scored by itself, but has no place in any order of events.
   */
  readonly timestamp: string | undefined;
  /** `event.action`. */
  readonly action: string | undefined;
  readonly provider: Provider;
  readonly position: RecordPosition;
  readonly host: Host;
  readonly user: User;
  readonly process: Process;
  /** Only where a document has them. */
  readonly endgame?: EndgameFields;
}

/** Whether it can be relied on who told of an event. */
export interface Confirmation {
  /**
   * Set where only a capture told of it that any account of the host can write into: it may be forged. It is worth an
   * alert, and nothing may be done to a process because of it. A traced start is unconfirmed as well when a process it
   * descends from is.
   */
  readonly isUnconfirmed?: true;
}

/** What Endgame's sensor, the forerunner of Elastic Defend, wrote beside ECS: generation 1 of Elastic's features reads it. */
export interface EndgameFields {
  readonly commandLine: string | undefined;
  readonly elevationType: string | undefined;
  /** Defend's own where the document has both. */
  readonly integrityLevel: string | undefined;
  readonly elevated: boolean | undefined;
}

/** Who reported the event. `ecs` is an ECS document that does not say. */
export type Provider = 'sysmon' | 'security' | 'defend' | 'etw' | 'ecs';

/** Where a record was read, so that a person can find it again. */
export interface RecordPosition {
  /** File path, `-` for standard input, or event-log channel. */
  readonly source: string;
  /** Line number (from 1) or event record id. */
  readonly record: number;
  /** Byte offset in the (decompressed) source; 0 where there is none. */
  readonly offset: number;
}

export interface Host {
  /** `host.id`, or `undefined` where only the name is known. */
  readonly id: string | undefined;
  readonly name: string | undefined;
}

export interface User {
  /** SID in text form, e.g. `S-1-5-18`. */
  readonly id: string | undefined;
  /** `user.id` as Elastic's integrations index it, where that is another's: for Sysmon it is its own service's. */
  readonly indexedId?: string | undefined;
  readonly name: string | undefined;
  readonly domain: string | undefined;
  /** `user.group`; `undefined` where the source says nothing of groups. */
  readonly groups: UserGroups | undefined;
}

/** The groups that count for the process: those its token is enabled for. */
export interface UserGroups {
  /** SIDs in text form. */
  readonly ids: readonly string[];
  /** Names, as far as the source or {@link ids} give them; in no order. */
  readonly names: readonly string[];
  /** Whether `ids` are all there are: otherwise who is not listed may be a member all the same. */
  readonly hasAllIds: boolean;
  readonly hasAllNames: boolean;
}

export interface ProcessIdentity {
  readonly pid: number | undefined;
  /** Sysmon's ProcessGuid without braces in upper case, or the source's own entity id, or ours. */
  readonly entityId: string | undefined;
  /** Base name of the executable, as written by the source. */
  readonly name: string | undefined;
  /** Full path. */
  readonly executable: string | undefined;
  readonly commandLine: string | undefined;
}

export interface ParentProcess extends ProcessIdentity {
  /** Start of the parent where the source or the process table knows it, ms since the epoch. */
  readonly startMs: number | undefined;
}

export interface Process extends ProcessIdentity {
  /** `process.args` where the source carries them; {@link splitCommandLine} makes them otherwise. */
  readonly args: readonly string[] | undefined;
  /** Creation time, ms since the epoch. */
  readonly startMs: number | undefined;
  readonly workingDirectory: string | undefined;
  /** `process.pe.original_file_name`. */
  readonly originalFileName: string | undefined;
  readonly pe: PeInfo;
  readonly hash: Hashes;
  readonly signature: CodeSignature;
  readonly token: Token;
  /** Hexadecimal logon session id as `0x3e7`. */
  readonly logonId: string | undefined;
  readonly parent: ParentProcess;
}

export interface PeInfo {
  readonly company: string | undefined;
  readonly description: string | undefined;
  readonly product: string | undefined;
  readonly fileVersion: string | undefined;
}

/** Lower-case hexadecimal. */
export interface Hashes {
  readonly md5: string | undefined;
  readonly sha1: string | undefined;
  readonly sha256: string | undefined;
  readonly imphash: string | undefined;
}

export interface CodeSignature {
  /** `process.code_signature.exists`, or `winlog.event_data.Signed`. */
  readonly exists: boolean | undefined;
  /** `process.code_signature.trusted`, or whether `SignatureStatus` is `Valid`. */
  readonly trusted: boolean | undefined;
  readonly subjectName: string | undefined;
  readonly status: string | undefined;
}

export interface Token {
  /** `process.Ext.token.integrity_level_name` or Sysmon's IntegrityLevel, as written by the source. */
  readonly integrityLevel: string | undefined;
  /** `process.Ext.token.elevation`, or the kernel's TokenIsElevated. */
  readonly elevated: boolean | undefined;
  /** `process.Ext.token.elevation_type`. */
  readonly elevationType: string | undefined;
  /** `winlog.event_data.TokenElevationType` as written (`%%1936`, `TokenElevationTypeDefault`). */
  readonly winlogElevationType: string | undefined;
  /** Security 4688's MandatoryLabel, a SID such as `S-1-16-12288`. */
  readonly mandatoryLabel: string | undefined;
}
