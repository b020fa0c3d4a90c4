import type { ProcessEvent } from '../../event/index.ts';
import { classifyAccount } from './account.ts';
import type { GuardFacts } from './guard.ts';
import type { ProtectedSet } from './protected-set.ts';

/** What only the running system can say of a process, read on a handle to it. `undefined` could not be read. */
export interface LiveFacts {
  readonly pid: number;
  /** Creation FILETIME; 0 when not even that could be read. */
  readonly created: bigint;
  readonly parentPid: number | undefined;
  readonly critical: boolean | undefined;
  readonly debugged: boolean | undefined;
  readonly exiting: boolean;
  readonly suspended: boolean | undefined;
  readonly protection: number | undefined;
  readonly userSid: string | undefined;
  /** As the file is called now: that of a running program can be renamed. */
  readonly imagePath: string | undefined;
  /** The file's name when it was started. */
  readonly startName: string | undefined;
  readonly trustedSignature: boolean | undefined;
  readonly microsoftRoot: boolean;
}

/** The agent, as the guard must know it to spare it. */
export interface OwnProcesses {
  readonly pid: number;
  /** Parent, its parent and so on, the service host among them; `undefined` when they could not be listed. */
  readonly ancestorPids: ReadonlySet<number> | undefined;
}

export interface LiveContext {
  readonly protectedSet: ProtectedSet;
  readonly own: OwnProcesses;
  readonly isThisHost: boolean | undefined;
  readonly isExcepted: boolean;
}

/** What the event said of the process. */
export interface Evidence {
  readonly hasCommandLine: boolean;
  readonly hasParent: boolean;
  /** Nobody without rights could have written the event, nor those of the processes that it descends from. */
  readonly isConfirmed: boolean;
}

/**
 * The facts about a process that runs, `identity` having been checked on the handle that gave `live`.
 * `ageMs`: how old it was when it was first decided about.
 */
export function gatherLiveFacts(
  evidence: Evidence,
  ageMs: number | undefined,
  identity: GuardFacts['identity'],
  live: LiveFacts,
  context: LiveContext,
): GuardFacts {
  const { protectedSet, own } = context;
  const isMicrosoft =
    live.trustedSignature === undefined ? undefined : live.trustedSignature && live.microsoftRoot;
  const image = { path: live.imagePath, isMicrosoft };
  const user = { id: live.userSid, name: undefined, domain: undefined, groups: undefined };
  return {
    pid: live.pid,
    isThisHost: context.isThisHost,
    identity,
    isExiting: live.exiting,
    isOwn: isOwn(live, own),
    isCritical: live.critical,
    protection: live.protection,
    isSession: protectedSet.isSession(image),
    isProtectedImage: protectedSet.isProtected(image),
    account: live.userSid === undefined ? undefined : classifyAccount(user, undefined),
    isExcepted: context.isExcepted,
    isDebugged: live.debugged,
    ageMs,
    hasCommandLine: evidence.hasCommandLine,
    hasParent: evidence.hasParent,
    isConfirmed: evidence.isConfirmed,
  };
}

function isOwn({ pid, parentPid }: LiveFacts, { pid: ownPid, ancestorPids }: OwnProcesses) {
  if (pid === ownPid || parentPid === ownPid) return true;
  if (ancestorPids === undefined || parentPid === undefined) return undefined;
  return ancestorPids.has(pid);
}

/** What a recording cannot say and a rehearsal takes for granted, by the name that documents carry. */
export type AssumedFact =
  | 'age'
  | 'critical'
  | 'debugged'
  | 'exiting'
  | 'host'
  | 'identity'
  | 'own'
  | 'protection'
  | 'signature'
  | 'tree';

const neverRecorded: readonly AssumedFact[] = [
  'age',
  'critical',
  'debugged',
  'exiting',
  'host',
  'identity',
  'own',
  'protection',
];

/**
 * The facts about a recorded start as they would have been had the agent met it at once, with nothing out of
 * the ordinary where a recording says nothing. What was taken for granted is named.
 */
export function gatherRecordedFacts(
  event: ProcessEvent,
  protectedSet: ProtectedSet,
  isExcepted: boolean,
): { readonly facts: GuardFacts; readonly assumed: readonly AssumedFact[] } {
  const { process } = event;
  const { trusted, subjectName } = process.signature;
  // Without a signature in the record, name and path decide, as they do live when it cannot be checked.
  const isMicrosoft =
    trusted === undefined
      ? undefined
      : trusted && subjectName !== undefined && /^microsoft\b/i.test(subjectName);
  const image = { path: process.executable, isMicrosoft };
  const isDated = process.startMs !== undefined || event.timestamp !== undefined;
  return {
    facts: {
      pid: process.pid,
      isThisHost: true,
      identity: isDated ? 'match' : undefined,
      isExiting: false,
      isOwn: false,
      isCritical: false,
      protection: 0,
      isSession: protectedSet.isSession(image),
      isProtectedImage: protectedSet.isProtected(image),
      account: classifyAccount(event.user, process.logonId),
      isExcepted,
      isDebugged: false,
      ageMs: 0,
      ...gatherEvidence(event),
    },
    assumed: trusted === undefined ? [...neverRecorded, 'signature'] : neverRecorded,
  };
}

export function gatherEvidence({ process, isUnconfirmed }: ProcessEvent): Evidence {
  const { commandLine, parent } = process;
  return {
    hasCommandLine: hasText(commandLine),
    hasParent: hasText(parent.executable) || hasText(parent.name),
    isConfirmed: isUnconfirmed !== true,
  };
}

function hasText(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
