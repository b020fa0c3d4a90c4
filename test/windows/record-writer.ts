import { fieldType, provenance } from '../../src/windows/abi.ts';

/** One field of a record to write; `text` becomes UTF-16. */
export type FieldToWrite = readonly [id: number, value: FieldValue, provenance?: number];
export type FieldValue =
  | { readonly u32: number }
  | { readonly u64: bigint }
  | { readonly fileTime: bigint }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly name: string; readonly value: string };

export interface RecordToWrite {
  readonly kind: number;
  readonly sequence?: bigint;
  readonly fileTime?: bigint;
  readonly arrivalUs?: number;
  readonly fields: readonly FieldToWrite[];
}

/** Lays records out as pc_read does. Shares no code with the decoder. */
export function writeRecords(records: readonly RecordToWrite[]): Buffer {
  return Buffer.concat(records.map(writeRecord));
}

function writeRecord(record: RecordToWrite): Buffer {
  const fields = Buffer.concat(record.fields.map(writeField));
  const header = Buffer.alloc(32);
  header.writeUInt32LE(header.length + fields.length, 0);
  header.writeUInt16LE(record.kind, 4);
  header.writeUInt16LE(1, 6);
  header.writeBigUInt64LE(record.sequence ?? 1n, 8);
  header.writeBigUInt64LE(record.fileTime ?? 133_590_816_001_234_567n, 16);
  header.writeUInt16LE(record.fields.length, 24);
  header.writeUInt32LE(record.arrivalUs ?? 0, 28);
  return Buffer.concat([header, fields]);
}

function writeField([id, value, from = provenance.CAPTURED]: FieldToWrite): Buffer {
  const [type, bytes] = encode(value);
  const field = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8);
  field.writeUInt16LE(id, 0);
  field[2] = type;
  field[3] = from;
  field.writeUInt32LE(bytes.length, 4);
  bytes.copy(field, 8);
  return field;
}

function encode(value: FieldValue): readonly [number, Buffer] {
  if ('u32' in value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value.u32);
    return [fieldType.U32, bytes];
  }
  if ('u64' in value) return [fieldType.U64, uint64(value.u64)];
  if ('fileTime' in value) return [fieldType.FILETIME, uint64(value.fileTime)];
  if ('text' in value) return [fieldType.UTF16, Buffer.from(value.text, 'utf16le')];
  if ('bytes' in value) return [fieldType.BYTES, Buffer.from(value.bytes)];
  const name = Buffer.from(value.name, 'utf16le');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(name.length);
  return [fieldType.NAMED, Buffer.concat([length, name, Buffer.from(value.value, 'utf16le')])];
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
