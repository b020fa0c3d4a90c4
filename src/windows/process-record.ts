import type { EtwProcessRecord, EtwSignature } from '../event/index.ts';
import { field, origin, recordKind, signature } from './abi.ts';
import type { RecordCursor } from './record-cursor.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const signatures: Readonly<Record<number, EtwSignature>> = {
  [signature.NONE]: 'none',
  [signature.TRUSTED]: 'trusted',
  [signature.UNTRUSTED]: 'untrusted',
  [signature.EXPIRED]: 'expired',
  [signature.REVOKED]: 'revoked',
  [signature.BAD_DIGEST]: 'bad-digest',
  [signature.ERROR]: 'undecided',
};

/** The process record under the cursor. @throws RecordFault */
export function readProcessRecord(cursor: RecordCursor, source: string): EtwProcessRecord {
  const time = cursor.time;
  const record: Mutable<EtwProcessRecord> = {
    kind: kindOf(cursor.kind),
    timeMs: time.ms,
    timestamp: time.text,
    position: { source, record: cursor.sequence, offset: 0 },
    isManifestOnly: false,
    pid: undefined,
    parentPid: undefined,
    createdMs: undefined,
    imagePath: undefined,
    imageNtPath: undefined,
    imageName: undefined,
    commandLine: undefined,
    userSid: undefined,
    userName: undefined,
    userDomain: undefined,
    groupSids: undefined,
    groupCount: undefined,
    mandatoryLabel: undefined,
    elevated: undefined,
    elevationType: undefined,
    logonId: undefined,
    sha256: undefined,
    originalFileName: undefined,
    company: undefined,
    description: undefined,
    product: undefined,
    fileVersion: undefined,
    signature: undefined,
    signer: undefined,
  };
  while (cursor.nextField()) readField(record, cursor);
  return record;
}

function kindOf(kind: number): EtwProcessRecord['kind'] {
  if (kind === recordKind.PROCESS_START) return 'start';
  return kind === recordKind.PROCESS_END ? 'end' : 'running';
}

function readField(record: Mutable<EtwProcessRecord>, cursor: RecordCursor): void {
  switch (cursor.fieldId) {
    case field.PID:
      record.pid = cursor.u32();
      break;
    case field.PARENT_PID:
      record.parentPid = cursor.u32();
      break;
    case field.CREATE_TIME:
      record.createdMs = cursor.fileTime().ms;
      break;
    case field.IMAGE_PATH:
      record.imagePath = cursor.text();
      break;
    case field.IMAGE_NT_PATH:
      record.imageNtPath = cursor.text();
      break;
    case field.IMAGE_NAME:
      record.imageName = cursor.text();
      break;
    case field.COMMAND_LINE:
      record.commandLine = cursor.text();
      break;
    case field.USER_SID:
      record.userSid = cursor.text();
      break;
    case field.USER_NAME:
      record.userName = cursor.text();
      break;
    case field.USER_DOMAIN:
      record.userDomain = cursor.text();
      break;
    case field.GROUP_SIDS:
      record.groupSids = cursor.hex();
      break;
    case field.GROUP_COUNT:
      record.groupCount = cursor.u32();
      break;
    case field.MANDATORY_LABEL:
      record.mandatoryLabel = cursor.text();
      break;
    case field.ELEVATED:
      record.elevated = cursor.u32() !== 0;
      break;
    case field.ELEVATION_TYPE:
      record.elevationType = cursor.u32();
      break;
    case field.LOGON_ID:
      record.logonId = cursor.u64Hex();
      break;
    case field.SHA256:
      record.sha256 = cursor.hex();
      break;
    case field.ORIGINAL_NAME:
      record.originalFileName = cursor.text();
      break;
    case field.COMPANY:
      record.company = cursor.text();
      break;
    case field.DESCRIPTION:
      record.description = cursor.text();
      break;
    case field.PRODUCT:
      record.product = cursor.text();
      break;
    case field.FILE_VERSION:
      record.fileVersion = cursor.text();
      break;
    case field.SIGNATURE:
      record.signature = signatures[cursor.u32()];
      break;
    case field.SIGNER:
      record.signer = cursor.text();
      break;
    case field.ORIGINS:
      record.isManifestOnly = (cursor.u32() & (origin.CLASSIC | origin.MANIFEST)) === origin.MANIFEST;
      break;
  }
}
