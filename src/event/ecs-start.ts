import { FieldFault } from './decoded.ts';
import { confirmationOf, hostOf, idOf, providerOf, timestampOf, userOf } from './ecs-fields.ts';
import { hexDigest, normalizeEntityId, normalizeLogonId, parentImage } from './field-value.ts';
import { parseSysmonHashes } from './hashes.ts';
import type { JsonRecord } from './json-record.ts';
import {
  argsOf,
  booleanOf,
  type JsonObject,
  objectOf,
  pidOf,
  textOf,
  timeMsOf,
  timeTextOf,
} from './json-value.ts';
import type { Hashes, ParentProcess, ProcessEvent } from './process-event.ts';
import { toUtcTimestamp } from './timestamp.ts';

/** The start of a process, of which something must be told. */
export function decodeEcsStart(record: JsonRecord, event: JsonObject): ProcessEvent {
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
  const args = argsOf(process['args'], 'process.args');
  if (name === undefined && executable === undefined && commandLine === undefined && args === undefined) {
    throw new FieldFault(
      'process',
      document['process'],
      'an object with a name, executable, command line or args',
    );
  }
  const timestamp = timestampOf(document);
  const timeMs = timeMsOf(timestamp, '@timestamp');
  const provider = providerOf(document, event);
  const logonId = normalizeLogonId(
    textOf(ext['authentication_id'], 'process.Ext.authentication_id') ??
      textOf(data['LogonId'], 'winlog.event_data.LogonId') ??
      logonIdOfSubject(data),
  );
  const signatureStatus = textOf(data['SignatureStatus'], 'winlog.event_data.SignatureStatus');
  return {
    kind: 'start',
    id: idOf(record, event),
    timeMs: timeMs ?? 0,
    timestamp: timestamp === undefined ? undefined : toUtcTimestamp(timestamp, timeMs!),
    action: textOf(event['action'], 'event.action'),
    provider,
    position: record.position,
    host: hostOf(document),
    user: userOf(document, provider, logonId),
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
      logonId,
      parent: parentOf(parent, data),
    },
    ...confirmationOf(document),
  };
}

function parentOf(parent: JsonObject, data: JsonObject): ParentProcess {
  return {
    pid: pidOf(parent['pid'], 'process.parent.pid'),
    entityId: normalizeEntityId(textOf(parent['entity_id'], 'process.parent.entity_id')),
    name: parentImage(textOf(parent['name'], 'process.parent.name')),
    executable: parentImage(textOf(parent['executable'], 'process.parent.executable')),
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
