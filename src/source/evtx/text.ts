/** Largest string a chunk can hold, in characters. */
const SCRATCH_SIZE = 32_768;
const scratch = Buffer.allocUnsafe(SCRATCH_SIZE);

/**
 * UTF-16LE text of `size` bytes at `at`, without the NULs that some providers leave at its end.
 *
 * Windows logs are nearly all Latin-1 in UTF-16 clothes. Taking every second byte makes V8 one-byte
 * strings: half the memory, and faster to hash, compare and match than what the UTF-16 decoder makes.
 */
export function decodeUtf16(bytes: Buffer, at: number, size: number): string {
  let length = size >> 1;
  while (length > 0 && bytes[at + length * 2 - 2] === 0 && bytes[at + length * 2 - 1] === 0) length--;
  const end = at + length * 2;
  if (length > SCRATCH_SIZE) return bytes.toString('utf16le', at, end);
  const view = viewOf(bytes);
  const pairs = length & ~1;
  let from = at;
  for (let i = 0; i < pairs; i += 2) {
    const pair = view.getUint32(from, true);
    if ((pair & 0xff00_ff00) !== 0) return bytes.toString('utf16le', at, end);
    scratch[i] = pair & 0xff;
    scratch[i + 1] = pair >>> 16;
    from += 4;
  }
  if (pairs < length) {
    if (bytes[from + 1] !== 0) return bytes.toString('utf16le', at, end);
    scratch[pairs] = bytes[from]!;
  }
  return scratch.toString('latin1', 0, length);
}

let viewed: Buffer | undefined;
let lastView: DataView = new DataView(new ArrayBuffer(0));

/** A view on the chunk's bytes; chunk after chunk comes in the same buffer. */
function viewOf(bytes: Buffer): DataView {
  if (viewed !== bytes) {
    viewed = bytes;
    lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return lastView;
}

/** Text that is mostly the same from record to record, as a provider's name is: one string for all. */
export class RepeatedText {
  #last = '';

  decode(bytes: Buffer, at: number, size: number): string {
    if (!this.#isLast(bytes, at, size)) this.#last = decodeUtf16(bytes, at, size);
    return this.#last;
  }

  #isLast(bytes: Buffer, at: number, size: number): boolean {
    const last = this.#last;
    if (size !== last.length * 2) return false;
    const view = viewOf(bytes);
    // Texts that differ mostly do so at their end.
    for (let i = last.length - 1; i >= 0; i--) {
      if (view.getUint16(at + i * 2, true) !== last.charCodeAt(i)) return false;
    }
    return true;
  }
}

const ansi = new TextDecoder('windows-1252');

/** Text of a provider that logs in a code page. The record does not say which; Western European is assumed. */
export function decodeAnsi(bytes: Buffer, at: number, size: number): string {
  let end = at + size;
  while (end > at && bytes[end - 1] === 0) end--;
  return ansi.decode(bytes.subarray(at, end));
}
