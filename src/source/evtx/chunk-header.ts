import { crc32 } from 'node:zlib';
import { u32 } from './bytes.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIGNATURE, CHUNK_SIZE } from './layout.ts';

/** Chunk flag of logs that are written without checksums. */
const NO_CHECKSUM_FLAG = 0x4;

/** The part of the header before its flags and checksum, and the tables behind them, are checked. */
const CHECKED_SIZE = 120;
const TABLES_OFFSET = 128;

export function hasChunkSignature(bytes: Buffer, at: number): boolean {
  return bytes.compare(CHUNK_SIGNATURE, 0, CHUNK_SIGNATURE.length, at, at + CHUNK_SIGNATURE.length) === 0;
}

/** Whether the chunk header at `at` matches its checksum, or is written without one. */
export function isChunkHeaderSound(bytes: Buffer, at: number): boolean {
  if (at + CHUNK_HEADER_SIZE > bytes.length) return false;
  if ((u32(bytes, at + 120) & NO_CHECKSUM_FLAG) !== 0) return true;
  const first = crc32(bytes.subarray(at, at + CHECKED_SIZE));
  return crc32(bytes.subarray(at + TABLES_OFFSET, at + CHUNK_HEADER_SIZE), first) === u32(bytes, at + 124);
}

/** Where free space begins, or `undefined` when the header says something impossible. */
export function freeSpaceOf(bytes: Buffer): number | undefined {
  const offset = u32(bytes, 48);
  return offset < CHUNK_HEADER_SIZE || offset > CHUNK_SIZE ? undefined : offset;
}

/** Whether the records of a whole chunk match their checksum, or are written without one. */
export function areRecordsSound(bytes: Buffer): boolean {
  if ((u32(bytes, 120) & NO_CHECKSUM_FLAG) !== 0) return true;
  const end = freeSpaceOf(bytes);
  return end !== undefined && crc32(bytes.subarray(CHUNK_HEADER_SIZE, end)) === u32(bytes, 52);
}
