import { deriveDocumentId } from './event-id.ts';
import { wellKnownSid } from './field-value.ts';
import { groupsOf } from './groups.ts';
import type { JsonRecord } from './json-record.ts';
import { type JsonObject, objectOf, textOf, timeTextOf } from './json-value.ts';
import type { Confirmation, Host, Provider, User } from './process-event.ts';

/** `event.dataset` by which a recording marks a process that ran before it began; ECS has no word for that. */
export const runningDataset = 'problemchild.running';

export function idOf(record: JsonRecord, event: JsonObject): string {
  return textOf(event['id'], 'event.id') ?? deriveDocumentId(record.text, record.position.record);
}

export function timestampOf(document: JsonObject): string | undefined {
  return timeTextOf(document['@timestamp'], '@timestamp');
}

export function providerOf(document: JsonObject, event: JsonObject): Provider {
  const module = event['module'];
  const reporter = objectOf(document['winlog'])['provider_name'] ?? event['provider'];
  if (reporter === 'Microsoft-Windows-Sysmon' || module === 'sysmon') return 'sysmon';
  if (reporter === 'Microsoft-Windows-Security-Auditing' || module === 'security') return 'security';
  if (reporter === 'Microsoft-Windows-Kernel-Process') return 'etw';
  return module === 'endpoint' || objectOf(document['agent'])['type'] === 'endpoint' ? 'defend' : 'ecs';
}

/** By the field in which recordings and alerts of the agent tell it. */
export function confirmationOf(document: JsonObject): Confirmation {
  return objectOf(document['problemchild'])['unconfirmed'] === true ? { isUnconfirmed: true } : {};
}

export function hostOf(document: JsonObject): Host {
  const host = objectOf(document['host']);
  return {
    id: textOf(host['id'], 'host.id'),
    name:
      textOf(host['name'], 'host.name') ??
      textOf(host['hostname'], 'host.hostname') ??
      textOf(objectOf(document['winlog'])['computer_name'], 'winlog.computer_name'),
  };
}

/**
 * `winlog.user.identifier` stands in for `user.id`, as in Elastic's pipeline. In a Sysmon document both are the SID of
 * Sysmon's own service; of whom it tells, only the well-known logon sessions give the SID away.
 */
export function userOf(document: JsonObject, provider: Provider, logonId: string | undefined): User {
  const user = objectOf(document['user']);
  const winlogUser = objectOf(objectOf(document['winlog'])['user']);
  const id = textOf(user['id'], 'user.id') ?? textOf(winlogUser['identifier'], 'winlog.user.identifier');
  const rest = {
    name: textOf(user['name'], 'user.name'),
    domain: textOf(user['domain'], 'user.domain'),
    groups: groupsOf(user['group']),
  };
  const known = wellKnownSid(logonId);
  const isSystem = known === id || (logonId === undefined && rest.name?.toUpperCase() === 'SYSTEM');
  if (provider !== 'sysmon' || id !== systemSid || isSystem) return { id, ...rest };
  return { id: known, indexedId: id, ...rest };
}

const systemSid = 'S-1-5-18';
