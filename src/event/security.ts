import { FieldFault } from './decoded.ts';
import { deriveRecordId } from './event-id.ts';
import {
  baseName,
  normalizeLogonId,
  parentImage,
  parsePid,
  presentText,
  wellKnownSid,
} from './field-value.ts';
import { noHashes } from './hashes.ts';
import type { ProcessEnd } from './host-event.ts';
import type { ProcessEvent, User } from './process-event.ts';
import type { WinEvent, WinEventData } from './win-event.ts';

/**
 * Event 4688, a process was created, in versions 0 (Vista), 1 (+ CommandLine) and 2 (+ Target,
 * ParentProcessName, MandatoryLabel). Fields are read by name; a version that lacks one reads as absent.
 */
export function decodeSecurityStart(event: WinEvent): ProcessEvent {
  const data = event.data;
  const pid = parsePid(data['NewProcessId'], 'NewProcessId');
  const executable = presentText(data['NewProcessName']);
  const commandLine = presentText(data['CommandLine']);
  if (executable === undefined && commandLine === undefined) {
    throw new FieldFault(
      'NewProcessName',
      data['NewProcessName'],
      'the path of the image a process was started from',
    );
  }
  const parentExecutable = parentImage(data['ParentProcessName']);
  const logon = logonOf(data);
  return {
    kind: 'start',
    id: deriveRecordId(event, pid, commandLine),
    timeMs: event.timeCreatedMs,
    timestamp: event.timeCreated,
    action: 'created-process',
    provider: 'security',
    position: event.position,
    host: { id: undefined, name: presentText(event.computer) },
    user: logon.user,
    process: {
      pid,
      entityId: undefined,
      name: baseName(executable),
      executable,
      commandLine,
      args: undefined,
      startMs: event.timeCreatedMs,
      workingDirectory: undefined,
      originalFileName: undefined,
      pe: { company: undefined, description: undefined, product: undefined, fileVersion: undefined },
      hash: noHashes,
      signature: { exists: undefined, trusted: undefined, subjectName: undefined, status: undefined },
      token: {
        integrityLevel: undefined,
        elevated: undefined,
        elevationType: undefined,
        winlogElevationType: presentText(data['TokenElevationType']),
        mandatoryLabel: presentText(data['MandatoryLabel']),
      },
      logonId: logon.id,
      parent: {
        pid: parsePid(data['ProcessId'], 'ProcessId'),
        entityId: undefined,
        name: baseName(parentExecutable),
        executable: parentExecutable,
        commandLine: undefined,
        startMs: undefined,
      },
    },
  };
}

/** Event 4689: a process ended. */
export function decodeSecurityEnd(event: WinEvent): ProcessEnd {
  const data = event.data;
  const pid = parsePid(data['ProcessId'], 'ProcessId');
  return {
    kind: 'end',
    id: deriveRecordId(event, pid, undefined),
    timeMs: event.timeCreatedMs,
    timestamp: event.timeCreated,
    provider: 'security',
    position: event.position,
    host: { id: undefined, name: presentText(event.computer) },
    user: subjectOf(data).user,
    pid,
    entityId: undefined,
    executable: presentText(data['ProcessName']),
  };
}

interface Logon {
  readonly id: string | undefined;
  readonly user: User;
}

const nullSid = 'S-1-0-0';

/**
 * The account the process runs as. Version 2 fills the Target block only when that is another than the
 * Subject, who asked for the process, and then often leaves its SID null.
 */
function logonOf(data: WinEventData): Logon {
  const logonId = normalizeLogonId(data['TargetLogonId']);
  const name = presentText(data['TargetUserName']);
  const sid = presentSid(data['TargetUserSid']);
  if (logonId === undefined && name === undefined && sid === undefined) return subjectOf(data);
  const user: User = {
    id: sid ?? wellKnownSid(logonId),
    name,
    domain: presentText(data['TargetDomainName']),
    groups: undefined,
  };
  return { id: logonId, user };
}

function subjectOf(data: WinEventData): Logon {
  const logonId = normalizeLogonId(data['SubjectLogonId']);
  const user: User = {
    id: presentSid(data['SubjectUserSid']) ?? wellKnownSid(logonId),
    name: presentText(data['SubjectUserName']),
    domain: presentText(data['SubjectDomainName']),
    groups: undefined,
  };
  return { id: logonId, user };
}

function presentSid(text: string | undefined): string | undefined {
  return text === nullSid ? undefined : presentText(text);
}
