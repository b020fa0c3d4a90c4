/** Types the writer knows, by the names Windows gives them in event manifests. */
export type EvtxValueType =
  | 'null'
  | 'string'
  | 'ansiString'
  | 'int32'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'boolean'
  | 'binary'
  | 'guid'
  | 'fileTime'
  | 'sid'
  | 'hexInt32'
  | 'hexInt64'
  | 'stringArray';

const typeCodes: Readonly<Record<EvtxValueType, number>> = {
  null: 0x00,
  string: 0x01,
  ansiString: 0x02,
  int32: 0x07,
  uint8: 0x04,
  uint16: 0x06,
  uint32: 0x08,
  uint64: 0x0a,
  boolean: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  fileTime: 0x11,
  sid: 0x13,
  hexInt32: 0x14,
  hexInt64: 0x15,
  stringArray: 0x81,
};

export function typeCodeOf(type: EvtxValueType): number {
  return typeCodes[type];
}

/** A value as the log stores it, from the text that Windows renders it as. A string array is split at `|`. */
export function encodeValue(text: string, type: EvtxValueType): Buffer {
  switch (type) {
    case 'null':
      return Buffer.alloc(0);
    case 'string':
      return Buffer.from(text, 'utf16le');
    case 'ansiString':
      return Buffer.from(text, 'latin1');
    case 'stringArray':
      return Buffer.from(`${text.split('|').join('\0')}\0`, 'utf16le');
    case 'binary':
      return Buffer.from(text, 'hex');
    case 'boolean':
      return integer(text === 'true' ? 1n : 0n, 4);
    case 'guid':
      return encodeGuid(text);
    case 'sid':
      return encodeSid(text);
    case 'fileTime':
      return integer(fileTimeOf(text), 8);
    case 'uint8':
      return integer(BigInt(text), 1);
    case 'uint16':
      return integer(BigInt(text), 2);
    case 'int32':
      return integer(BigInt.asUintN(32, BigInt(text)), 4);
    case 'uint32':
    case 'hexInt32':
      return integer(BigInt(text), 4);
    case 'uint64':
    case 'hexInt64':
      return integer(BigInt(text), 8);
  }
}

/** ISO 8601 in UTC as 100 ns ticks since 1601. */
export function fileTimeOf(iso: string): bigint {
  const match = /^(.*?)(?:\.(\d{1,7}))?Z$/.exec(iso);
  const ms = Date.parse(`${match?.[1]}Z`);
  if (match === null || Number.isNaN(ms)) throw new Error(`not an ISO 8601 time in UTC: ${iso}`);
  return (BigInt(ms) + 11_644_473_600_000n) * 10_000n + BigInt((match[2] ?? '').padEnd(7, '0'));
}

function integer(value: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.subarray(0, size);
}

function encodeGuid(text: string): Buffer {
  const bytes = Buffer.from(text.replace(/[{}-]/g, ''), 'hex');
  if (bytes.length !== 16) throw new Error(`not a GUID: ${text}`);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

function encodeSid(text: string): Buffer {
  const [, revision, authority, ...rest] = text.split('-');
  const bytes = Buffer.alloc(8 + rest.length * 4);
  bytes[0] = Number(revision);
  bytes[1] = rest.length;
  bytes.writeUIntBE(Number(authority), 2, 6);
  rest.forEach((part, i) => {
    bytes.writeUInt32LE(Number(part), 8 + i * 4);
  });
  return bytes;
}
