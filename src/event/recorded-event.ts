import { runningDataset } from './ecs-fields.ts';
import { type EcsDocument, groupsToEcs, providerNames, toEcs } from './ecs-writer.ts';
import type { DnsEvent, HostEvent, NetworkEvent, ProcessEnd, ProcessRunning } from './host-event.ts';
import type { ParentProcess, Process, ProcessEvent } from './process-event.ts';
import { formatExactTimestamp } from './timestamp.ts';

/**
 * An event as a recording keeps it: an ECS document from which `decodeJson` makes the same event again, all but
 * for its position, and for whether a token's list of groups was cut. That is more than {@link toEcs} writes for people: times with their full resolution, and the
 * two facts of the Security log that have no field in ECS.
 */
export function toRecordedDocument(event: HostEvent): EcsDocument {
  switch (event.kind) {
    case 'start':
      return startDocument(event, ['start']);
    case 'running':
      return runningDocument(event);
    case 'end':
      return referenceDocument(event, ['process'], ['end']);
    case 'network':
      return networkDocument(event);
    case 'dns':
      return dnsDocument(event);
  }
}

function startDocument(event: ProcessEvent, type: readonly string[]): EcsDocument {
  const document = toEcs(event);
  const { process } = event;
  const { winlogElevationType, mandatoryLabel } = process.token;
  const winlog = drop({ TokenElevationType: winlogElevationType, MandatoryLabel: mandatoryLabel });
  return {
    ...document,
    event: { ...objectAt(document, 'event'), ...moduleOf(event), type },
    process: exactProcess(objectAt(document, 'process'), process),
    ...(isEmpty(winlog) ? {} : { winlog: { event_data: winlog } }),
    ...confirmationDocument(event),
  };
}

function runningDocument({ process, executable, pid, entityId, ...event }: ProcessRunning): EcsDocument {
  const document = startDocument({ ...event, kind: 'start', action: undefined, process }, ['info']);
  return { ...document, event: { ...objectAt(document, 'event'), dataset: runningDataset } };
}

function exactProcess(document: EcsDocument, process: Process): EcsDocument {
  const { start: _, ...rest } = document;
  const parent = exactParent(objectAt(document, 'parent'), process.parent);
  return {
    ...rest,
    ...drop({ start: exactTime(process.startMs) }),
    ...(isEmpty(parent) ? {} : { parent }),
  };
}

function exactParent(document: EcsDocument, { startMs }: ParentProcess): EcsDocument {
  const { start: _, ...rest } = document;
  return { ...rest, ...drop({ start: exactTime(startMs) }) };
}

function networkDocument(event: NetworkEvent): EcsDocument {
  const { transport, sourceIp, sourcePort, destinationIp, destinationPort, destinationDomain } = event;
  return {
    ...referenceDocument(event, ['network'], ['connection']),
    network: drop({ transport }),
    source: drop({ ip: sourceIp, port: sourcePort }),
    destination: drop({ ip: destinationIp, port: destinationPort, domain: destinationDomain }),
  };
}

function dnsDocument(event: DnsEvent): EcsDocument {
  return {
    ...referenceDocument(event, ['network'], ['protocol']),
    dns: { question: drop({ name: event.question }), resolved_ip: event.answers },
  };
}

function referenceDocument(
  event: ProcessEnd | NetworkEvent | DnsEvent,
  category: readonly string[],
  type: readonly string[],
): EcsDocument {
  const { id, timestamp, provider, host, user, pid, entityId, executable } = event;
  return {
    ...drop({ '@timestamp': timestamp }),
    event: {
      id,
      kind: 'event',
      category,
      type,
      ...drop({ provider: providerNames[provider] }),
      ...moduleOf(event),
    },
    host: { ...drop({ id: host.id, name: host.name }), os: { type: 'windows' } },
    user: drop({
      id: user.id,
      name: user.name,
      domain: user.domain,
      group: user.groups === undefined ? undefined : groupsToEcs(user.groups),
    }),
    process: drop({ pid, entity_id: entityId, executable }),
    ...confirmationDocument(event),
  };
}

function confirmationDocument({ isUnconfirmed }: HostEvent): EcsDocument {
  return isUnconfirmed === true ? { problemchild: { unconfirmed: true } } : {};
}

/** The reporter as `providerOf` knows it again; Defend is told by its module. */
function moduleOf({ provider }: HostEvent): EcsDocument {
  return provider === 'defend' ? { module: 'endpoint' } : {};
}

function exactTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : formatExactTimestamp(timeMs);
}

function objectAt(document: EcsDocument, key: string): EcsDocument {
  const value = document[key];
  return typeof value === 'object' && !Array.isArray(value) ? (value as EcsDocument) : {};
}

/** The document without its absent keys; unlike in {@link toEcs} an empty one stays. */
function drop(draft: Readonly<Record<string, EcsDocument[string] | undefined>>): EcsDocument {
  const document: Record<string, EcsDocument[string]> = {};
  for (const [key, value] of Object.entries(draft)) if (value !== undefined) document[key] = value;
  return document;
}

function isEmpty(document: EcsDocument): boolean {
  return Object.keys(document).length === 0;
}
