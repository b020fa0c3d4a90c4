import { crc32 } from 'node:zlib';

/** Hands the bytes on, and throws at the end if they are not those that the checksum was made of. */
export async function* checkBytes(
  source: AsyncIterable<Buffer>,
  expected: number,
): AsyncGenerator<Buffer, void, undefined> {
  let found = 0;
  for await (const bytes of source) {
    found = crc32(bytes, found);
    yield bytes;
  }
  if (found !== expected) throw new Error('the content does not match its checksum');
}
