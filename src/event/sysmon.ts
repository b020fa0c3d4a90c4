import { FieldFault } from './decoded.ts';
import { deriveRecordId } from './event-id.ts';
import {
  baseName,
  normalizeEntityId,
  normalizeLogonId,
  parsePid,
  parsePort,
  presentText,
  splitAccount,
  wellKnownSid,
} from './field-value.ts';
import { parseSysmonHashes } from './hashes.ts';
import type { DnsEvent, NetworkEvent, ProcessEnd } from './host-event.ts';
import type { ProcessEvent, User } from './process-event.ts';
import { parseTimeMs, toUtcTimestamp } from './timestamp.ts';
import type { WinEvent, WinEventData } from './win-event.ts';

/*
 * Fields are read by name: the event version stays 5 from schema 3.1 to 4.90 while fields come in at
 * the front and in the middle (RuleName 4.1, OriginalFileName 4.21, ParentUser 4.80).
 *
 * The time of an event is its UtcTime, as in Winlogbeat: when the driver saw it happen, on event 1 the
 * creation of the process. TimeCreated is when the service wrote it down, some milliseconds later.
 */

/** Event 1: a process was created. */
export function decodeSysmonStart(event: WinEvent): ProcessEvent {
  const data = event.data;
  const pid = parsePid(data['ProcessId'], 'ProcessId');
  const commandLine = presentText(data['CommandLine']);
  const executable = presentText(data['Image']);
  if (executable === undefined && commandLine === undefined) {
    throw new FieldFault('Image', data['Image'], 'the path of the image a process was started from');
  }
  const parentExecutable = presentText(data['ParentImage']);
  const logonId = normalizeLogonId(data['LogonId']);
  const when = eventTime(event);
  return {
    kind: 'start',
    id: deriveRecordId(event, pid, commandLine),
    timeMs: when.ms,
    timestamp: when.text,
    action: 'Process Create (rule: ProcessCreate)',
    provider: 'sysmon',
    position: event.position,
    host: { id: undefined, name: presentText(event.computer) },
    user: accountOf(data['User'], logonId),
    process: {
      pid,
      entityId: normalizeEntityId(data['ProcessGuid']),
      name: baseName(executable),
      executable,
      commandLine,
      args: undefined,
      startMs: when.ms,
      workingDirectory: presentText(data['CurrentDirectory']),
      originalFileName: presentText(data['OriginalFileName']),
      pe: {
        company: presentText(data['Company']),
        description: presentText(data['Description']),
        product: presentText(data['Product']),
        fileVersion: presentText(data['FileVersion']),
      },
      hash: parseSysmonHashes(data['Hashes']),
      signature: {
        exists: undefined,
        trusted: undefined,
        subjectName: undefined,
        status: undefined,
      },
      token: {
        integrityLevel: presentText(data['IntegrityLevel']),
        elevated: undefined,
        elevationType: undefined,
        winlogElevationType: undefined,
        mandatoryLabel: undefined,
      },
      logonId,
      parent: {
        pid: parsePid(data['ParentProcessId'], 'ParentProcessId'),
        entityId: normalizeEntityId(data['ParentProcessGuid']),
        name: baseName(parentExecutable),
        executable: parentExecutable,
        commandLine: presentText(data['ParentCommandLine']),
        startMs: undefined,
      },
    },
  };
}

/** Event 5: a process ended. */
export function decodeSysmonEnd(event: WinEvent): ProcessEnd {
  return { kind: 'end', ...referenceOf(event) };
}

/** Event 3: a process opened or accepted a connection. */
export function decodeSysmonNetwork(event: WinEvent): NetworkEvent {
  const data = event.data;
  return {
    kind: 'network',
    ...referenceOf(event),
    transport: presentText(data['Protocol']),
    sourceIp: presentText(data['SourceIp']),
    sourcePort: parsePort(data['SourcePort'], 'SourcePort'),
    destinationIp: presentText(data['DestinationIp']),
    destinationPort: parsePort(data['DestinationPort'], 'DestinationPort'),
    destinationDomain: presentText(data['DestinationHostname']),
  };
}

/** Event 22: a process asked for a name. */
export function decodeSysmonDns(event: WinEvent): DnsEvent {
  return {
    kind: 'dns',
    ...referenceOf(event),
    question: presentText(event.data['QueryName']),
    answers: parseQueryResults(event.data['QueryResults']),
  };
}

function referenceOf(event: WinEvent): Omit<ProcessEnd, 'kind'> {
  const data = event.data;
  const pid = parsePid(data['ProcessId'], 'ProcessId');
  const when = eventTime(event);
  return {
    id: deriveRecordId(event, pid, undefined),
    timeMs: when.ms,
    timestamp: when.text,
    provider: 'sysmon',
    position: event.position,
    host: { id: undefined, name: presentText(event.computer) },
    user: accountOf(data['User'], undefined),
    pid,
    entityId: normalizeEntityId(data['ProcessGuid']),
    executable: presentText(data['Image']),
  };
}

function eventTime(event: WinEvent): { ms: number; text: string } {
  const utcTime = presentText(event.data['UtcTime']);
  if (utcTime === undefined) return { ms: event.timeCreatedMs, text: event.timeCreated };
  const ms = parseTimeMs(utcTime);
  if (Number.isNaN(ms)) throw new FieldFault('UtcTime', utcTime, 'a time such as 2024-05-01 12:00:00.123');
  return { ms, text: toUtcTimestamp(utcTime, ms) };
}

/** Sysmon names the account but not its SID, which only the well-known logon sessions give away. */
function accountOf(account: WinEventData[string] | undefined, logonId: string | undefined): User {
  const [domain, name] = splitAccount(account);
  return { id: wellKnownSid(logonId), name, domain, groups: undefined };
}

/** `::ffff:10.0.0.1;type:  5 alias.example.com;` as `['10.0.0.1', 'alias.example.com']`. */
function parseQueryResults(results: string | undefined): readonly string[] {
  const present = presentText(results);
  if (present === undefined) return [];
  const answers: string[] = [];
  for (const part of present.split(';')) {
    const answer = part
      .trim()
      .replace(/^type:\s*\d+\s+/, '')
      .replace(/^::ffff:(?=\d+\.)/i, '');
    if (answer !== '' && answer !== '-') answers.push(answer);
  }
  return answers;
}
