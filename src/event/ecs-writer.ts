import type { ParentProcess, ProcessEvent, UserGroups } from './process-event.ts';
import { formatTimestamp } from './timestamp.ts';

/** An ECS document for the wire: nested objects, keys without a value left out. */
export interface EcsDocument {
  readonly [key: string]: EcsValue;
}

type EcsValue = string | number | boolean | readonly string[] | EcsDocument;

type Draft = Record<string, EcsValue | undefined>;
type Closing = (draft: Draft) => EcsDocument | undefined;

/** The event in ECS: `@timestamp`, `event` (of a dataset), `host`, `user` and `process` with its parent. */
export function toEcs(event: ProcessEvent, dataset?: string): EcsDocument {
  return compact(draftOf(event, dataset, compact)) ?? {};
}

/** {@link toEcs} with further fields as one line of JSON, without making the document. */
export function toEcsLine(
  event: ProcessEvent,
  dataset: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  // Keys without a value are left out by JSON as well.
  return JSON.stringify({ ...draftOf(event, dataset, unlessEmpty), ...fields });
}

/** `close` makes what goes into the document of each object in it, or nothing when it holds nothing. */
function draftOf(event: ProcessEvent, dataset: string | undefined, close: Closing): Draft {
  const { host, user, process } = event;
  const { token, signature, hash, pe } = process;
  return {
    '@timestamp': event.timestamp,
    event: close({
      id: event.id,
      kind: 'event',
      category: ['process'],
      type: ['start'],
      action: event.action,
      provider: providerNames[event.provider],
      dataset,
    }),
    host: close({ id: host.id, name: host.name, os: { type: 'windows' } }),
    user: close({
      id: user.id,
      name: user.name,
      domain: user.domain,
      group: user.groups === undefined ? undefined : groupsToEcs(user.groups),
    }),
    process: close({
      pid: process.pid,
      entity_id: process.entityId,
      name: process.name,
      executable: process.executable,
      command_line: process.commandLine,
      args: process.args,
      start: timestampOf(process.startMs),
      working_directory: process.workingDirectory,
      parent: parentToEcs(process.parent, close),
      hash: close({ md5: hash.md5, sha1: hash.sha1, sha256: hash.sha256 }),
      pe: close({
        original_file_name: process.originalFileName,
        company: pe.company,
        description: pe.description,
        product: pe.product,
        file_version: pe.fileVersion,
        imphash: hash.imphash,
      }),
      code_signature: close({
        exists: signature.exists,
        trusted: signature.trusted,
        subject_name: signature.subjectName,
        status: signature.status,
      }),
      Ext: close({
        authentication_id: process.logonId,
        token: close({
          integrity_level_name: token.integrityLevel,
          elevation: token.elevated,
          elevation_type: token.elevationType,
        }),
      }),
    }),
  };
}

/** `event.provider` of each reporter. */
export const providerNames: Readonly<Record<ProcessEvent['provider'], string | undefined>> = {
  sysmon: 'Microsoft-Windows-Sysmon',
  security: 'Microsoft-Windows-Security-Auditing',
  etw: 'Microsoft-Windows-Kernel-Process',
  defend: 'endpoint',
  ecs: undefined,
};

/** `user.group`. */
export function groupsToEcs({ ids, names }: UserGroups): EcsDocument | undefined {
  return compact({
    id: ids.length === 0 ? undefined : ids,
    name: names.length === 0 ? undefined : names,
  });
}

function parentToEcs(parent: ParentProcess, close: Closing): EcsDocument | undefined {
  return close({
    pid: parent.pid,
    entity_id: parent.entityId,
    name: parent.name,
    executable: parent.executable,
    command_line: parent.commandLine,
    start: timestampOf(parent.startMs),
  });
}

function timestampOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : formatTimestamp(timeMs);
}

/** The draft without its absent keys, or `undefined` when none is left. */
function compact(draft: Draft): EcsDocument | undefined {
  let present = 0;
  let all = 0;
  for (const key in draft) {
    all++;
    if (draft[key] !== undefined) present++;
  }
  if (present === 0) return undefined;
  if (present === all) return draft as EcsDocument;
  const document: Record<string, EcsValue> = {};
  for (const key in draft) {
    const value = draft[key];
    if (value !== undefined) document[key] = value;
  }
  return document;
}

/** The draft as it is, absent keys and all, or `undefined` when it has no other. */
function unlessEmpty(draft: Draft): EcsDocument | undefined {
  for (const key in draft) if (draft[key] !== undefined) return draft as EcsDocument;
  return undefined;
}
