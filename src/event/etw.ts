import { hash } from 'node:crypto';
import { type Decoded, refuse } from './decoded.ts';
import type { EtwProcessRecord, EtwSignature } from './etw-record.ts';
import { baseName, presentText } from './field-value.ts';
import { groupsOfToken } from './groups.ts';
import type { ProcessEnd, ProcessRunning } from './host-event.ts';
import type { CodeSignature, Confirmation, Host, Process, ProcessEvent, User } from './process-event.ts';

/** A kernel process record as an event of this host, or a refusal where it names no process. */
export function decodeEtwRecord(record: EtwProcessRecord, host: Host): Decoded {
  if (record.pid === undefined) {
    return refuse('PC_EVENT_FIELD', 'ProcessId is not there, expected the id of a process', 'ProcessId');
  }
  if (record.kind === 'end') return decodeEnd(record, host);
  const executable = presentText(record.imagePath) ?? presentText(record.imageNtPath);
  if (executable === undefined && record.imageName === undefined && record.commandLine === undefined) {
    return refuse('PC_EVENT_FIELD', 'ImageFileName is not there, expected what was started', 'ImageFileName');
  }
  return record.kind === 'start'
    ? decodeStart(record, host, executable)
    : decodeRunning(record, host, executable);
}

function decodeStart(record: EtwProcessRecord, host: Host, executable: string | undefined): ProcessEvent {
  return {
    kind: 'start',
    id: deriveId(record, host),
    timeMs: record.timeMs,
    timestamp: record.timestamp,
    action: 'start',
    provider: 'etw',
    position: record.position,
    host,
    user: userOf(record),
    process: processOf(record, executable),
    ...confirmationOf(record),
  };
}

function decodeRunning(record: EtwProcessRecord, host: Host, executable: string | undefined): ProcessRunning {
  return {
    kind: 'running',
    ...referenceOf(record, host),
    executable,
    process: processOf(record, executable),
  };
}

function decodeEnd(record: EtwProcessRecord, host: Host): ProcessEnd {
  return { kind: 'end', ...referenceOf(record, host) };
}

function referenceOf(record: EtwProcessRecord, host: Host): Omit<ProcessEnd, 'kind'> {
  return {
    id: deriveId(record, host),
    timeMs: record.timeMs,
    timestamp: record.timestamp,
    provider: 'etw',
    position: record.position,
    host,
    user: userOf(record),
    pid: record.pid,
    entityId: undefined,
    executable: presentText(record.imagePath) ?? presentText(record.imageNtPath),
    ...confirmationOf(record),
  };
}

function confirmationOf({ isManifestOnly }: EtwProcessRecord): Confirmation {
  return isManifestOnly ? { isUnconfirmed: true } : {};
}

function processOf(record: EtwProcessRecord, executable: string | undefined): Process {
  return {
    pid: record.pid,
    entityId: undefined,
    name: baseName(executable) ?? presentText(record.imageName),
    executable,
    commandLine: presentText(record.commandLine),
    args: undefined,
    startMs: record.createdMs ?? (record.kind === 'start' ? record.timeMs : undefined),
    workingDirectory: undefined,
    originalFileName: presentText(record.originalFileName),
    pe: {
      company: presentText(record.company),
      description: presentText(record.description),
      product: presentText(record.product),
      fileVersion: presentText(record.fileVersion),
    },
    hash: { md5: undefined, sha1: undefined, sha256: record.sha256, imphash: undefined },
    signature: signatureOf(record.signature, presentText(record.signer)),
    token: {
      integrityLevel: integrityLevelOf(record.mandatoryLabel),
      elevated: record.elevated,
      elevationType: elevationTypes[record.elevationType ?? 0],
      winlogElevationType: undefined,
      mandatoryLabel: record.mandatoryLabel,
    },
    logonId: record.logonId,
    parent: {
      pid: record.parentPid,
      entityId: undefined,
      name: undefined,
      executable: undefined,
      commandLine: undefined,
      startMs: undefined,
    },
  };
}

function userOf(record: EtwProcessRecord): User {
  return {
    id: record.userSid,
    name: presentText(record.userName),
    domain: presentText(record.userDomain),
    groups: groupsOfToken(record.groupSids, record.groupCount),
  };
}

/** As Elastic Defend writes TOKEN_ELEVATION_TYPE. */
const elevationTypes: readonly (string | undefined)[] = [undefined, 'default', 'full', 'limited'];

/** The names Sysmon gives to the levels between which an integrity label falls. */
function integrityLevelOf(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  const level = Number(label.slice(label.lastIndexOf('-') + 1));
  if (!(level >= 0)) return undefined;
  if (level >= 0x4000) return 'System';
  if (level >= 0x3000) return 'High';
  if (level >= 0x2000) return 'Medium';
  if (level >= 0x1000) return 'Low';
  return 'Untrusted';
}

// Status in Elastic Defend's words.
const signatureFacts: Readonly<Record<EtwSignature, Omit<CodeSignature, 'subjectName'>>> = {
  none: { exists: false, trusted: undefined, status: 'noSignature' },
  trusted: { exists: true, trusted: true, status: 'trusted' },
  untrusted: { exists: true, trusted: false, status: 'errorUntrustedRoot' },
  expired: { exists: true, trusted: false, status: 'errorExpired' },
  revoked: { exists: true, trusted: false, status: 'errorRevoked' },
  'bad-digest': { exists: true, trusted: false, status: 'errorBadDigest' },
  undecided: { exists: undefined, trusted: undefined, status: undefined },
};

function signatureOf(signature: EtwSignature | undefined, signer: string | undefined): CodeSignature {
  const facts = signatureFacts[signature ?? 'undecided'];
  return { exists: facts.exists, trusted: facts.trusted, subjectName: signer, status: facts.status };
}

/** The same process start has the same id whenever it is read: of what it says, not of its place in a session. */
function deriveId(record: EtwProcessRecord, host: Host): string {
  const key = [
    'etw',
    record.kind,
    host.id ?? host.name ?? '',
    record.pid ?? '',
    record.timestamp,
    record.commandLine ?? '',
  ];
  return hash('sha256', key.join('\0'), 'hex').slice(0, 20);
}
