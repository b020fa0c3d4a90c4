/** How the text of an input is coded, told by its byte order mark. */
export type TextEncoding = 'utf8' | 'utf16le';

/** Bytes that must be there to tell a byte order mark. */
export const markBytes = 3;

/** Encoding and length of the byte order mark at the beginning of an input; UTF-8 where there is none. */
export function readByteOrderMark(bytes: Buffer): { encoding: TextEncoding; size: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf16le', size: 2 };
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return { encoding: 'utf8', size: isMarked ? 3 : 0 };
}

/** Bytes of one code unit. */
export function unitBytesOf(encoding: TextEncoding): 1 | 2 {
  return encoding === 'utf8' ? 1 : 2;
}

/** Index of the next line feed at or after `from`, or -1. `from` is where a code unit begins. */
export function findLineFeed(bytes: Buffer, from: number, encoding: TextEncoding): number {
  let at = bytes.indexOf(0x0a, from);
  if (encoding === 'utf8') return at;
  while (at !== -1 && ((at - from) % 2 !== 0 || bytes[at + 1] !== 0)) at = bytes.indexOf(0x0a, at + 1);
  return at;
}
