/** A field of a protocol-buffers message, already encoded. */
export type ProtobufField = Uint8Array;

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;
const textEncoder = new TextEncoder();

/** A message is its fields one after another. */
export function message(...fields: readonly ProtobufField[]): Uint8Array {
  return concat(fields);
}

/** @param value a safe integer; negative ones take ten bytes, as int64 does. */
export function integerField(field: number, value: number): ProtobufField {
  return Uint8Array.from([...varint(tag(field, wireVarint)), ...varint(value)]);
}

export function bytesField(field: number, bytes: Uint8Array): ProtobufField {
  return concat([Uint8Array.from([...varint(tag(field, wireBytes)), ...varint(bytes.length)]), bytes]);
}

export function textField(field: number, text: string): ProtobufField {
  return bytesField(field, textEncoder.encode(text));
}

export function floatField(field: number, value: number): ProtobufField {
  return concat([Uint8Array.from(varint(tag(field, wireFixed32))), littleEndianFloats([value])]);
}

export function packedFloats(field: number, values: readonly number[]): ProtobufField {
  return bytesField(field, littleEndianFloats(values));
}

export function packedIntegers(field: number, values: readonly number[]): ProtobufField {
  const bytes: number[] = [];
  for (const value of values) for (const byte of varint(value)) bytes.push(byte);
  return bytesField(field, Uint8Array.from(bytes));
}

export function repeatedText(field: number, texts: readonly string[]): ProtobufField {
  return concat(texts.map((text) => textField(field, text)));
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function littleEndianFloats(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setFloat32(index * 4, value, true);
  });
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
