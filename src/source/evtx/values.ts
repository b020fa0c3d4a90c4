import { AgentError } from '../../errors/index.ts';
import { u16, u32, u64 } from './bytes.ts';
import { fileTimeToIso } from './filetime.ts';
import { VALUE_ARRAY, ValueType } from './layout.ts';
import { decodeAnsi, decodeUtf16 } from './text.ts';

const T = ValueType;

/**
 * One substitution value as the string Windows renders: `size` bytes at `at`, all within `bytes`.
 * An empty value of any type is `''`. Binary and unknown types are upper-case hexadecimal.
 * A nested fragment ({@link ValueType.binaryXml}) or array is not a string: see xml-tree.ts.
 */
export function renderValue(bytes: Buffer, type: number, at: number, size: number): string {
  if (size === 0 || type === T.null) return '';
  switch (type) {
    case T.string:
      return decodeUtf16(bytes, at, size);
    case T.ansiString:
      return decodeAnsi(bytes, at, size);
    case T.binary:
      return hex(bytes, at, size);
    case T.sid:
      return renderSid(bytes, at, size);
    case T.boolean:
      return renderBoolean(bytes, at, size);
    default:
      break;
  }
  if (size < minimumSize(type)) {
    throw new AgentError('PC_SOURCE_EVTX_RECORD', `a value of type 0x${type.toString(16)} has ${size} bytes`);
  }
  switch (type) {
    case T.int8:
      return String((bytes[at]! << 24) >> 24);
    case T.uint8:
      return String(bytes[at]);
    case T.int16:
      return String((u16(bytes, at) << 16) >> 16);
    case T.uint16:
      return String(u16(bytes, at));
    case T.int32:
      return String(u32(bytes, at) | 0);
    case T.uint32:
      return String(u32(bytes, at));
    case T.int64:
      return bytes.readBigInt64LE(at).toString();
    case T.uint64:
      return render64(bytes, at, 10);
    case T.real32:
      return renderReal(bytes.readFloatLE(at));
    case T.real64:
      return renderReal(bytes.readDoubleLE(at));
    case T.guid:
      return renderGuid(bytes, at);
    case T.fileTime:
      return fileTimeToIso(u32(bytes, at), u32(bytes, at + 4));
    case T.systemTime:
      return renderSystemTime(bytes, at);
    case T.hexInt32:
      return `0x${u32(bytes, at).toString(16)}`;
    case T.hexInt64:
      return `0x${render64(bytes, at, 16)}`;
    case T.sizeT:
      return size >= 8 ? `0x${render64(bytes, at, 16)}` : `0x${u32(bytes, at).toString(16)}`;
    default:
      return hex(bytes, at, size);
  }
}

/** The items of an array value, each as Windows renders it; none for types that no array can have. */
export function renderArray(bytes: Buffer, arrayType: number, at: number, size: number): string[] {
  const type = arrayType & ~VALUE_ARRAY;
  if (type === T.string) return splitStrings(bytes, at, size);
  if (type === T.ansiString) return splitAnsi(bytes, at, size);
  const items: string[] = [];
  const end = at + size;
  if (type === T.sid) {
    for (let p = at; p + 8 <= end; ) {
      const itemSize = 8 + bytes[p + 1]! * 4;
      if (p + itemSize > end) break;
      items.push(renderSid(bytes, p, itemSize));
      p += itemSize;
    }
    return items;
  }
  const itemSize = type === T.boolean ? 4 : minimumSize(type);
  if (itemSize === 0) return [hex(bytes, at, size)];
  for (let p = at; p + itemSize <= end; p += itemSize) items.push(renderValue(bytes, type, p, itemSize));
  return items;
}

/** Bytes of a value of fixed size, 0 for the others. */
function minimumSize(type: number): number {
  switch (type) {
    case T.int8:
    case T.uint8:
      return 1;
    case T.int16:
    case T.uint16:
      return 2;
    case T.int32:
    case T.uint32:
    case T.real32:
    case T.hexInt32:
    case T.sizeT:
      return 4;
    case T.int64:
    case T.uint64:
    case T.real64:
    case T.fileTime:
    case T.hexInt64:
      return 8;
    case T.guid:
    case T.systemTime:
      return 16;
    default:
      return 0;
  }
}

/** Items end with a NUL each; the last one may lack it. */
function splitStrings(bytes: Buffer, at: number, size: number): string[] {
  const items: string[] = [];
  const end = at + (size & ~1);
  let start = at;
  for (let p = at; p < end; p += 2) {
    if (bytes[p] !== 0 || bytes[p + 1] !== 0) continue;
    items.push(decodeUtf16(bytes, start, p - start));
    start = p + 2;
  }
  if (start < end) items.push(decodeUtf16(bytes, start, end - start));
  return items;
}

function splitAnsi(bytes: Buffer, at: number, size: number): string[] {
  const items: string[] = [];
  const end = at + size;
  let start = at;
  for (let p = at; p < end; p++) {
    if (bytes[p] !== 0) continue;
    items.push(decodeAnsi(bytes, start, p - start));
    start = p + 1;
  }
  if (start < end) items.push(decodeAnsi(bytes, start, end - start));
  return items;
}

function hex(bytes: Buffer, at: number, size: number): string {
  return bytes.toString('hex', at, at + size).toUpperCase();
}

function render64(bytes: Buffer, at: number, radix: number): string {
  const high = u32(bytes, at + 4);
  return high < 0x20_0000 ? u64(bytes, at).toString(radix) : bytes.readBigUInt64LE(at).toString(radix);
}

/** Should be 32 bits holding 0 or 1; providers are known to log other sizes and other values for true. */
function renderBoolean(bytes: Buffer, at: number, size: number): string {
  for (let i = 0; i < size; i++) if (bytes[at + i] !== 0) return 'true';
  return 'false';
}

function renderReal(value: number): string {
  if (Number.isNaN(value)) return '-1.#IND';
  if (!Number.isFinite(value)) return value > 0 ? '1.#INF' : '-1.#INF';
  return Number.isInteger(value) ? String(value) : value.toFixed(6);
}

const hexDigits = Buffer.from('0123456789ABCDEF', 'latin1');
/** Where the bytes of a GUID come in its text, two digits each. */
const guidPlaces = [7, 5, 3, 1, 12, 10, 17, 15, 20, 22, 25, 27, 29, 31, 33, 35];
const guidText = Buffer.from('{00000000-0000-0000-0000-000000000000}', 'latin1');

/** In upper case with braces, the form Windows gives it in XML. */
function renderGuid(bytes: Uint8Array, at: number): string {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + i]!;
    const place = guidPlaces[i]!;
    guidText[place] = hexDigits[byte >> 4]!;
    guidText[place + 1] = hexDigits[byte & 0xf]!;
  }
  return guidText.toString('latin1');
}

function renderSid(bytes: Buffer, at: number, size: number): string {
  const count = size >= 8 ? bytes[at + 1]! : -1;
  if (count < 0 || 8 + count * 4 > size) {
    throw new AgentError('PC_SOURCE_EVTX_RECORD', `a SID of ${size} bytes is cut short`);
  }
  const authority = bytes.readUIntBE(at + 2, 6);
  let sid = `S-${bytes[at]}-${authority}`;
  for (let i = 0; i < count; i++) sid += `-${u32(bytes, at + 8 + i * 4)}`;
  return sid;
}

function renderSystemTime(bytes: Buffer, at: number): string {
  const part = (i: number, width: number): string => String(u16(bytes, at + i)).padStart(width, '0');
  return `${part(0, 4)}-${part(2, 2)}-${part(6, 2)}T${part(8, 2)}:${part(10, 2)}:${part(12, 2)}.${part(14, 3)}Z`;
}
