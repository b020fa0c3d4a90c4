import { crc32 } from 'node:zlib';
import { u16, u32 } from './bytes.ts';
import { FILE_HEADER_CHECKED_SIZE, FILE_SIGNATURE } from './layout.ts';

/** What is wrong with a file header, in words, or `undefined`. */
export function findHeaderDamage(header: Buffer): string | undefined {
  if (header.compare(FILE_SIGNATURE, 0, 8, 0, 8) !== 0) return 'the file does not begin with ElfFile';
  const major = u16(header, 38);
  if (major !== 3) return `format version ${major}.${u16(header, 36)} is not 3.x`;
  const isUnchecked = (u32(header, 120) & NO_CHECKSUM_FLAG) !== 0;
  if (!isUnchecked && crc32(header.subarray(0, FILE_HEADER_CHECKED_SIZE)) !== u32(header, 124)) {
    return 'the file header does not match its checksum';
  }
  return undefined;
}

/** File flag of logs that are written without checksums. */
const NO_CHECKSUM_FLAG = 0x4;
