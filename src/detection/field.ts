import { type ProcessEvent, splitCommandLine } from '../event/index.ts';

type FieldReader = (event: ProcessEvent) => string | readonly string[] | undefined;

function text(value: number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The event fields that conditions may name, by their ECS names. */
const readers = {
  'event.action': (e) => e.action,
  'event.provider': (e) => e.provider,
  'host.id': (e) => e.host.id,
  'host.name': (e) => e.host.name,
  'user.id': (e) => e.user.id,
  'user.name': (e) => e.user.name,
  'user.domain': (e) => e.user.domain,
  'user.group.id': (e) => e.user.groups?.ids,
  'user.group.name': (e) => e.user.groups?.names,
  'process.name': (e) => e.process.name,
  'process.executable': (e) => e.process.executable,
  'process.command_line': (e) => e.process.commandLine,
  'process.args': (e) => e.process.args ?? splitCommandLine(e.process.commandLine ?? ''),
  'process.working_directory': (e) => e.process.workingDirectory,
  'process.entity_id': (e) => e.process.entityId,
  'process.pe.original_file_name': (e) => e.process.originalFileName,
  'process.pe.company': (e) => e.process.pe.company,
  'process.pe.description': (e) => e.process.pe.description,
  'process.pe.product': (e) => e.process.pe.product,
  'process.hash.md5': (e) => e.process.hash.md5,
  'process.hash.sha1': (e) => e.process.hash.sha1,
  'process.hash.sha256': (e) => e.process.hash.sha256,
  'process.hash.imphash': (e) => e.process.hash.imphash,
  'process.code_signature.exists': (e) => text(e.process.signature.exists),
  'process.code_signature.trusted': (e) => text(e.process.signature.trusted),
  'process.code_signature.subject_name': (e) => e.process.signature.subjectName,
  'process.code_signature.status': (e) => e.process.signature.status,
  'process.Ext.token.integrity_level_name': (e) => e.process.token.integrityLevel,
  'process.Ext.token.elevation': (e) => text(e.process.token.elevated),
  'process.Ext.authentication_id': (e) => e.process.logonId,
  'process.parent.name': (e) => e.process.parent.name,
  'process.parent.executable': (e) => e.process.parent.executable,
  'process.parent.command_line': (e) => e.process.parent.commandLine,
  'process.parent.entity_id': (e) => e.process.parent.entityId,
} as const satisfies Record<string, FieldReader>;

export type FieldName = keyof typeof readers;

export const fieldNames = Object.keys(readers) as readonly FieldName[];

/** The field's values; none where the event does not have it. */
export function readField(event: ProcessEvent, name: FieldName): readonly string[] {
  const read: FieldReader = readers[name];
  const value = read(event);
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
