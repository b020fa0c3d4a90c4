import { structBytes } from './abi.ts';
import { describeCause } from './control-record.ts';

/** A struct of the library's ABI: zeros, with its size in front as every one of them wants it. */
export function newStruct(bytes: number): Buffer {
  const struct = Buffer.alloc(bytes);
  struct.writeUInt32LE(bytes, 0);
  return struct;
}

export function newCause(): Buffer {
  return newStruct(structBytes.cause);
}

/** What a filled pc_cause says. */
export function readCause(cause: Buffer): string {
  return describeCause({
    kind: cause.readUInt32LE(4),
    value: cause.readUInt32LE(8),
    api: asciiAt(cause, 16, 48),
  });
}

export interface WideText {
  readonly bytes: Buffer;
  readonly units: number;
}

export function toWide(text: string): WideText {
  return { bytes: Buffer.from(text, 'utf16le'), units: text.length };
}

/** A `char` member: ASCII up to its terminator, or to its end. */
export function asciiAt(struct: Buffer, at: number, bytes: number): string {
  const end = struct.indexOf(0, at);
  return struct.toString('latin1', at, end === -1 || end > at + bytes ? at + bytes : end);
}

export function wideAt(struct: Buffer, at: number, units: number): string {
  return struct.toString('utf16le', at, at + units * 2);
}
