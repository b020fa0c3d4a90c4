import { type Decoded, filtered } from './decoded.ts';
import {
  confirmationOf,
  hostOf,
  idOf,
  providerOf,
  runningDataset,
  timestampOf,
  userOf,
} from './ecs-fields.ts';
import { decodeEcsStart } from './ecs-start.ts';
import { withEndgame } from './endgame.ts';
import { normalizeEntityId, parsePort } from './field-value.ts';
import type { HostEvent, NetworkEvent, ProcessEnd, ProcessRunning } from './host-event.ts';
import type { JsonRecord } from './json-record.ts';
import { holds, type JsonObject, objectOf, pidOf, textOf, textsOf, timeMsOf } from './json-value.ts';
import { toUtcTimestamp } from './timestamp.ts';

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
      return withEndgame(decodeEcsStart(record, event), document);
    case 'running':
      return decodeRunning(record, event);
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
  if (isUnsaid(type) && isUnsaid(family) && isUnsaid(platform)) return true;
  return isWindows(type) || isWindows(family) || isWindows(platform);
}

function isUnsaid(value: unknown): boolean {
  return value === undefined || value === null || value === '';
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
    if (startTypes.some((word) => holds(type, word))) return 'start';
    if (event['dataset'] === runningDataset) return 'running';
    return endTypes.some((word) => holds(type, word)) ? 'end' : undefined;
  }
  const recordKinds = recordKindsOf(objectOf(document['winlog'])['provider_name']);
  if (recordKinds !== undefined) {
    return recordKinds.get(textOf(objectOf(document['winlog'])['event_id'], 'winlog.event_id') ?? '');
  }
  return endActions.has(event['action']) ? 'end' : 'start';
}

type KindsById = ReadonlyMap<string, HostEvent['kind']>;

const sysmonKinds: KindsById = new Map([
  ['1', 'start'],
  ['3', 'network'],
  ['5', 'end'],
  ['22', 'dns'],
]);
const securityKinds: KindsById = new Map([
  ['4688', 'start'],
  ['4689', 'end'],
]);

/** Early Winlogbeat 7 gave every record of these logs a process, but no type: only the record's id tells them apart. */
function recordKindsOf(provider: unknown): KindsById | undefined {
  if (provider === 'Microsoft-Windows-Sysmon') return sysmonKinds;
  return provider === 'Microsoft-Windows-Security-Auditing' ? securityKinds : undefined;
}

/** ECS's own word first, then those of Winlogbeat and others from before ECS had one. */
const startTypes: readonly string[] = ['start', 'process_start', 'process_started'];
const endTypes: readonly string[] = ['end', 'process_end', 'process_ended'];

const endActions: ReadonlySet<unknown> = new Set([
  'end',
  'exited-process',
  'Process terminated (rule: ProcessTerminate)',
]);

/** Unlike that of a start, the time of this record says nothing about when the process began. */
function decodeRunning(record: JsonRecord, event: JsonObject): ProcessRunning {
  const { process } = decodeEcsStart(record, event);
  const isDated = objectOf(record.document['process'])['start'] !== undefined;
  return {
    kind: 'running',
    ...referenceOf(record, event),
    process: isDated ? process : { ...process, startMs: undefined },
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
  const provider = providerOf(document, event);
  return {
    id: idOf(record, event),
    timeMs: timeMs ?? 0,
    timestamp: timestamp === undefined ? undefined : toUtcTimestamp(timestamp, timeMs!),
    provider,
    position: record.position,
    host: hostOf(document),
    user: userOf(document, provider, undefined),
    pid: pidOf(process['pid'], 'process.pid'),
    entityId: normalizeEntityId(textOf(process['entity_id'], 'process.entity_id')),
    executable: textOf(process['executable'], 'process.executable'),
    ...confirmationOf(document),
  };
}
