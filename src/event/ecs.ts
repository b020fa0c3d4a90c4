import { type Decoded, FieldFault, filtered } from './decoded.ts';
import { deriveDocumentId } from './event-id.ts';
import { hexDigest, normalizeEntityId, normalizeLogonId, parsePort } from './field-value.ts';
import { parseSysmonHashes } from './hashes.ts';
import type { HostEvent, NetworkEvent, ProcessEnd } from './host-event.ts';
import {
  booleanOf,
  holds,
  type JsonObject,
  objectOf,
  pidOf,
  textOf,
  textsOf,
  timeMsOf,
  timeTextOf,
} from './json-value.ts';
import type {
  Hashes,
  Host,
  ParentProcess,
  ProcessEvent,
  Provider,
  RecordPosition,
  User,
} from './process-event.ts';
import { toUtcTimestamp } from './timestamp.ts';

/** A JSON document on its way through a decoder: parsed, with the text and place it came from. */
export interface JsonRecord {
  readonly document: JsonObject;
  readonly text: string;
  readonly position: RecordPosition;
}

/**
 * An ECS document: of Elastic Defend, of Winlogbeat after its own processing, or of anything else.
 *
 * Which documents count is Elastic's gate for this model, applied where the keys are there to be read:
 * `event.kind` is event, `event.category` holds process, the host runs Windows. Values are kept as
 * written and only ECS fields name the process, as in Elastic's pipeline; `winlog.event_data` stands
 * in where that pipeline reads it, and for fields that ECS has but the document left there.
 */
export function decodeEcs(record: JsonRecord): Decoded {
  const document = record.document;
  const event = objectOf(document['event']);
  if (event['kind'] !== undefined && !holds(event['kind'], 'event')) return filtered;
  if (!runsWindows(objectOf(objectOf(document['host'])['os']))) return filtered;
  switch (eventKind(document, event)) {
    case 'start':
      return decodeStart(record, event);
    case 'end':
      return { kind: 'end', ...referenceOf(record, event) };
    case 'network':
      return decodeNetwork(record, event);
    case 'dns':
      return {
        kind: 'dns',
        ...referenceOf(record, event),
        question: textOf(objectOf(objectOf(document['dns'])['question'])['name'], 'dns.question.name'),
        answers: dnsAnswers(objectOf(document['dns'])),
      };
    default:
      return filtered;
  }
}

/** Elastic's gate reads three fields and knows two spellings. A host that says nothing may pass. */
function runsWindows(os: JsonObject): boolean {
  const { type, family, platform } = os;
  if (type === undefined && family === undefined && platform === undefined) return true;
  return isWindows(type) || isWindows(family) || isWindows(platform);
}

function isWindows(value: unknown): boolean {
  return holds(value, 'windows') || holds(value, 'Windows');
}

function eventKind(document: JsonObject, event: JsonObject): HostEvent['kind'] | undefined {
  const { category, type } = event;
  if (category !== undefined && !holds(category, 'process')) {
    if (document['process'] === undefined) return undefined;
    if (objectOf(document['dns'])['question'] !== undefined) return 'dns';
    return holds(category, 'network') && !holds(type, 'end') ? 'network' : undefined;
  }
  if (document['process'] === undefined) return undefined;
  if (type !== undefined) {
    if (holds(type, 'start')) return 'start';
    return holds(type, 'end') ? 'end' : undefined;
  }
  return endActions.has(event['action']) ? 'end' : 'start';
}

const endActions: ReadonlySet<unknown> = new Set([
  'end',
  'exited-process',
  'Process terminated (rule: ProcessTerminate)',
]);

function decodeStart(record: JsonRecord, event: JsonObject): ProcessEvent {
  const document = record.document;
  const process = objectOf(document['process']);
  const parent = objectOf(process['parent']);
  const pe = objectOf(process['pe']);
  const signature = objectOf(process['code_signature']);
  const ext = objectOf(process['Ext']);
  const token = objectOf(ext['token']);
  const winlog = objectOf(document['winlog']);
  const data = objectOf(winlog['event_data']);

  const name = textOf(process['name'], 'process.name');
  const executable = textOf(process['executable'], 'process.executable');
  const commandLine = textOf(process['command_line'], 'process.command_line');
  const args = process['args'] === undefined ? undefined : textsOf(process['args'], 'process.args');
  if (name === undefined && executable === undefined && commandLine === undefined && args === undefined) {
    throw new FieldFault('process', process, 'a name, executable, command line or args');
  }
  const timestamp = timestampOf(document);
  const timeMs = timeMsOf(timestamp, '@timestamp');
  const signatureStatus = textOf(data['SignatureStatus'], 'winlog.event_data.SignatureStatus');
  return {
    kind: 'start',
    id: idOf(record, event),
    timeMs: timeMs ?? 0,
    timestamp: timestamp === undefined ? undefined : toUtcTimestamp(timestamp, timeMs!),
    action: textOf(event['action'], 'event.action'),
    provider: providerOf(document, event),
    position: record.position,
    host: hostOf(document),
    user: userOf(document),
    process: {
      pid: pidOf(process['pid'], 'process.pid'),
      entityId: normalizeEntityId(textOf(process['entity_id'], 'process.entity_id')),
      name,
      executable,
      commandLine,
      args,
      startMs: timeMsOf(timeTextOf(process['start'], 'process.start'), 'process.start') ?? timeMs,
      workingDirectory:
        textOf(process['working_directory'], 'process.working_directory') ??
        textOf(data['CurrentDirectory'], 'winlog.event_data.CurrentDirectory'),
      originalFileName:
        textOf(pe['original_file_name'], 'process.pe.original_file_name') ??
        textOf(data['OriginalFileName'], 'winlog.event_data.OriginalFileName'),
      pe: {
        company:
          textOf(pe['company'], 'process.pe.company') ?? textOf(data['Company'], 'winlog.event_data.Company'),
        description:
          textOf(pe['description'], 'process.pe.description') ??
          textOf(data['Description'], 'winlog.event_data.Description'),
        product:
          textOf(pe['product'], 'process.pe.product') ?? textOf(data['Product'], 'winlog.event_data.Product'),
        fileVersion:
          textOf(pe['file_version'], 'process.pe.file_version') ??
          textOf(data['FileVersion'], 'winlog.event_data.FileVersion'),
      },
      hash: hashesOf(process, pe, data),
      signature: {
        exists:
          booleanOf(signature['exists'], 'process.code_signature.exists') ??
          winlogSigned(textOf(data['Signed'], 'winlog.event_data.Signed')),
        trusted:
          booleanOf(signature['trusted'], 'process.code_signature.trusted') ??
          (signatureStatus === undefined ? undefined : signatureStatus === 'Valid'),
        subjectName: textOf(signature['subject_name'], 'process.code_signature.subject_name'),
        status: textOf(signature['status'], 'process.code_signature.status') ?? signatureStatus,
      },
      token: {
        integrityLevel:
          textOf(token['integrity_level_name'], 'process.Ext.token.integrity_level_name') ??
          textOf(data['IntegrityLevel'], 'winlog.event_data.IntegrityLevel'),
        elevated: booleanOf(token['elevation'], 'process.Ext.token.elevation'),
        elevationType: textOf(token['elevation_type'], 'process.Ext.token.elevation_type'),
        winlogElevationType: textOf(data['TokenElevationType'], 'winlog.event_data.TokenElevationType'),
        mandatoryLabel: textOf(data['MandatoryLabel'], 'winlog.event_data.MandatoryLabel'),
      },
      logonId: normalizeLogonId(
        textOf(ext['authentication_id'], 'process.Ext.authentication_id') ??
          textOf(data['LogonId'], 'winlog.event_data.LogonId') ??
          logonIdOfSubject(data),
      ),
      parent: parentOf(parent, data),
    },
  };
}

function parentOf(parent: JsonObject, data: JsonObject): ParentProcess {
  return {
    pid: pidOf(parent['pid'], 'process.parent.pid'),
    entityId: normalizeEntityId(textOf(parent['entity_id'], 'process.parent.entity_id')),
    name: textOf(parent['name'], 'process.parent.name'),
    executable: textOf(parent['executable'], 'process.parent.executable'),
    commandLine:
      textOf(parent['command_line'], 'process.parent.command_line') ??
      textOf(data['ParentCommandLine'], 'winlog.event_data.ParentCommandLine'),
    startMs: timeMsOf(timeTextOf(parent['start'], 'process.parent.start'), 'process.parent.start'),
  };
}

/** Elastic reads Winlogbeat's Signed with Java's parseBoolean: "true" in any case, all else is false. */
function winlogSigned(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.toLowerCase() === 'true';
}

function logonIdOfSubject(data: JsonObject): string | undefined {
  const target = normalizeLogonId(textOf(data['TargetLogonId'], 'winlog.event_data.TargetLogonId'));
  return target ?? textOf(data['SubjectLogonId'], 'winlog.event_data.SubjectLogonId');
}

function hashesOf(process: JsonObject, pe: JsonObject, data: JsonObject): Hashes {
  const hash = objectOf(process['hash']);
  const listed = parseSysmonHashes(textOf(data['Hashes'], 'winlog.event_data.Hashes'));
  return {
    md5: hexDigest(textOf(hash['md5'], 'process.hash.md5'), 32) ?? listed.md5,
    sha1: hexDigest(textOf(hash['sha1'], 'process.hash.sha1'), 40) ?? listed.sha1,
    sha256: hexDigest(textOf(hash['sha256'], 'process.hash.sha256'), 64) ?? listed.sha256,
    imphash:
      hexDigest(textOf(pe['imphash'], 'process.pe.imphash'), 32) ??
      hexDigest(textOf(hash['imphash'], 'process.hash.imphash'), 32) ??
      listed.imphash,
  };
}

function decodeNetwork(record: JsonRecord, event: JsonObject): NetworkEvent {
  const { network, source, destination } = record.document;
  return {
    kind: 'network',
    ...referenceOf(record, event),
    transport: textOf(objectOf(network)['transport'], 'network.transport'),
    sourceIp: textOf(objectOf(source)['ip'], 'source.ip'),
    sourcePort: parsePort(textOf(objectOf(source)['port'], 'source.port'), 'source.port'),
    destinationIp: textOf(objectOf(destination)['ip'], 'destination.ip'),
    destinationPort: parsePort(textOf(objectOf(destination)['port'], 'destination.port'), 'destination.port'),
    destinationDomain: textOf(objectOf(destination)['domain'], 'destination.domain'),
  };
}

function dnsAnswers(dns: JsonObject): readonly string[] {
  const resolved = textsOf(dns['resolved_ip'], 'dns.resolved_ip');
  if (resolved.length > 0 || !Array.isArray(dns['answers'])) return resolved;
  const answers: string[] = [];
  for (const answer of dns['answers']) {
    const data = textOf(objectOf(answer)['data'], 'dns.answers.data');
    if (data !== undefined) answers.push(data);
  }
  return answers;
}

function referenceOf(record: JsonRecord, event: JsonObject): Omit<ProcessEnd, 'kind'> {
  const document = record.document;
  const process = objectOf(document['process']);
  const timestamp = timestampOf(document);
  const timeMs = timeMsOf(timestamp, '@timestamp');
  return {
    id: idOf(record, event),
    timeMs: timeMs ?? 0,
    timestamp: timestamp === undefined ? undefined : toUtcTimestamp(timestamp, timeMs!),
    provider: providerOf(document, event),
    position: record.position,
    host: hostOf(document),
    user: userOf(document),
    pid: pidOf(process['pid'], 'process.pid'),
    entityId: normalizeEntityId(textOf(process['entity_id'], 'process.entity_id')),
    executable: textOf(process['executable'], 'process.executable'),
  };
}

function idOf(record: JsonRecord, event: JsonObject): string {
  return textOf(event['id'], 'event.id') ?? deriveDocumentId(record.text, record.position.record);
}

function timestampOf(document: JsonObject): string | undefined {
  return timeTextOf(document['@timestamp'], '@timestamp');
}

function providerOf(document: JsonObject, event: JsonObject): Provider {
  const module = event['module'];
  const reporter = objectOf(document['winlog'])['provider_name'] ?? event['provider'];
  if (reporter === 'Microsoft-Windows-Sysmon' || module === 'sysmon') return 'sysmon';
  if (reporter === 'Microsoft-Windows-Security-Auditing' || module === 'security') return 'security';
  return module === 'endpoint' || objectOf(document['agent'])['type'] === 'endpoint' ? 'defend' : 'ecs';
}

function hostOf(document: JsonObject): Host {
  const host = objectOf(document['host']);
  return {
    id: textOf(host['id'], 'host.id'),
    name:
      textOf(host['name'], 'host.name') ??
      textOf(host['hostname'], 'host.hostname') ??
      textOf(objectOf(document['winlog'])['computer_name'], 'winlog.computer_name'),
  };
}

/** `winlog.user.identifier` stands in for `user.id`, as in Elastic's pipeline. */
function userOf(document: JsonObject): User {
  const user = objectOf(document['user']);
  const winlogUser = objectOf(objectOf(document['winlog'])['user']);
  return {
    id: textOf(user['id'], 'user.id') ?? textOf(winlogUser['identifier'], 'winlog.user.identifier'),
    name: textOf(user['name'], 'user.name'),
    domain: textOf(user['domain'], 'user.domain'),
  };
}
