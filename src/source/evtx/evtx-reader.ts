import type { EvtxBookmark } from './bookmark.ts';
import { EvtxChunk } from './chunk.ts';
import { areRecordsSound, hasChunkSignature, isChunkHeaderSound } from './chunk-header.ts';
import { findOldestChunk, holdsRecord } from './chunk-order.ts';
import { findHeaderDamage } from './file-header.ts';
import { EvtxFile, type EvtxInput, EvtxStream } from './input.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIGNATURE, CHUNK_SIZE, FILE_HEADER_SIZE } from './layout.ts';
import { hasRecordAt, hasRecordTraces } from './record-walk.ts';

export interface EvtxReadOptions {
  /** Name of the source in positions and findings; the path for a file. */
  readonly source?: string;
  /** Begins with the chunk of this record, leaving out the records up to it. */
  readonly bookmark?: EvtxBookmark;
}

/**
 * Reads an EVTX log from a file or a stream of bytes, 64 KiB at a time.
 *
 * Every chunk it yields covers the next stretch of the log (its header, a chunk of records, or a
 * stretch that holds none), so that their sizes add up to the size of the log. It is the same object
 * each time: it and its records are good until the next is asked for.
 *
 * A file's chunks come in the order they were written: a circular log begins with its oldest chunk,
 * wherever that lies. A stream's come as they lie.
 *
 * Damage never ends the reading and never throws; it is in each chunk's findings and, for what only
 * shows when a record is rendered, in what its record throws.
 */
export async function* readEvtxChunks(
  input: string | AsyncIterable<Uint8Array>,
  options: EvtxReadOptions = {},
): AsyncGenerator<EvtxChunk, void, undefined> {
  const { bookmark } = options;
  if (typeof input === 'string') {
    const file = new EvtxFile(input);
    try {
      yield* readFile(file, new EvtxChunk(options.source ?? input), bookmark);
    } finally {
      file.close();
    }
    return;
  }
  const stream = new EvtxStream(input);
  const chunk = new EvtxChunk(options.source ?? '-');
  const carried = await readHead(stream, chunk);
  if (bookmark === undefined) yield chunk;
  for await (const next of scanChunks(stream, chunk, chunk.endOffset, carried, Number.POSITIVE_INFINITY)) {
    if (bookmark === undefined || next.fileOffset >= bookmark.chunkOffset)
      yield afterBookmark(next, bookmark);
  }
}

async function* readFile(
  file: EvtxFile,
  chunk: EvtxChunk,
  bookmark: EvtxBookmark | undefined,
): AsyncGenerator<EvtxChunk, void, undefined> {
  await readHead(file, chunk);
  const begin = chunk.endOffset;
  const resumed = bookmark !== undefined && holdsRecord(file, bookmark) ? bookmark : undefined;
  if (resumed === undefined) yield chunk;
  const oldest = findOldestChunk(file, begin);
  const isInOlder = resumed !== undefined && resumed.chunkOffset < oldest;
  const stretches = isInOlder
    ? [[resumed.chunkOffset, oldest]]
    : [
        [resumed?.chunkOffset ?? oldest, Number.POSITIVE_INFINITY],
        [begin, oldest],
      ];
  for (const [from, to] of stretches as [number, number][]) {
    file.seek(from);
    for await (const next of scanChunks(file, chunk, from, 0, to)) yield afterBookmark(next, resumed);
  }
}

/**
 * Takes up the file header as a stretch without records. A log that begins with a chunk has lost its
 * header: then the stretch is empty, and the answer is the number of bytes in `chunk` that belong to
 * the first chunk.
 */
async function readHead(input: EvtxInput, chunk: EvtxChunk): Promise<number> {
  const size = await input.read(chunk.bytes, 0, FILE_HEADER_SIZE);
  if (size < FILE_HEADER_SIZE) {
    chunk.loadGap(
      0,
      size,
      'PC_SOURCE_EVTX_EMPTY',
      `the file has ${size} bytes, a log has ${FILE_HEADER_SIZE} or more`,
      size,
    );
    return 0;
  }
  const isHeadless = hasChunkSignature(chunk.bytes, 0) && isChunkHeaderSound(chunk.bytes, 0);
  const damage = isHeadless ? 'the file begins without a header' : findHeaderDamage(chunk.bytes);
  const headSize = isHeadless ? 0 : FILE_HEADER_SIZE;
  if (damage === undefined) chunk.loadGap(0, headSize, undefined);
  else chunk.loadGap(0, headSize, 'PC_SOURCE_EVTX_HEADER', damage, 0);
  return isHeadless ? size : 0;
}

/**
 * Chunk after chunk from `offset` to `limit`. `carried` bytes of the first are in `chunk` already.
 * Where a chunk should begin and does not, goes on with the next one there is, even when bytes were
 * lost or put in before it.
 */
async function* scanChunks(
  input: EvtxInput,
  chunk: EvtxChunk,
  offset: number,
  carried: number,
  limit: number,
): AsyncGenerator<EvtxChunk, void, undefined> {
  const rest = Buffer.allocUnsafe(CHUNK_SIZE);
  let gap = { size: 0, hasTraces: false };
  let held = carried;
  let at = offset;
  for (;;) {
    const wanted = Math.min(CHUNK_SIZE, limit - at) - held;
    const reading = input.read(chunk.bytes, held, wanted);
    const available = held + (typeof reading === 'number' ? reading : await reading);
    if (available === 0) break;
    const size = chunkSizeIn(chunk.bytes, available);
    if (size === 0) {
      const skipped = findSoundChunk(chunk.bytes, 1, available);
      gap = { size: gap.size + skipped, hasTraces: gap.hasTraces || hasRecordTraces(chunk.bytes, skipped) };
      at += skipped;
      held = available - skipped;
      chunk.bytes.copyWithin(0, skipped, available);
      continue;
    }
    if (gap.size > 0) {
      loadLostGap(chunk, at - gap.size, gap.size);
      yield chunk;
      gap = { size: 0, hasTraces: false };
    }
    // Taking up a short chunk clears what lies behind it.
    held = available - size;
    chunk.bytes.copy(rest, 0, size, available);
    chunk.load(at, size);
    yield chunk;
    rest.copy(chunk.bytes, 0, 0, held);
    at += size;
  }
  if (gap.size === 0) return;
  // Windows makes the file larger than it needs and leaves the end as it finds it.
  if (gap.hasTraces || at === limit) loadLostGap(chunk, at - gap.size, gap.size);
  else chunk.loadGap(at - gap.size, gap.size, undefined);
  yield chunk;
}

function loadLostGap(chunk: EvtxChunk, at: number, size: number): void {
  chunk.loadGap(at, size, 'PC_SOURCE_EVTX_CHUNK', `${size} bytes hold no chunk of records`, size);
}

/** Bytes that a chunk at the first of `available` bytes covers, 0 when there is none. */
function chunkSizeIn(bytes: Buffer, available: number): number {
  if (!hasChunkSignature(bytes, 0) && !hasRecordAt(bytes, CHUNK_HEADER_SIZE, available)) return 0;
  // Bytes lost from a chunk bring the next one forward into it. A sound chunk is not searched: what
  // looks like the next one inside it is an event's own text.
  const isWhole = available === CHUNK_SIZE && areRecordsSound(bytes);
  return isWhole ? available : findSoundChunk(bytes, CHUNK_HEADER_SIZE, available);
}

/** Offset of the first chunk with a sound header at or after `from`, or `end`. */
function findSoundChunk(bytes: Buffer, from: number, end: number): number {
  for (let at = bytes.indexOf(CHUNK_SIGNATURE, from); at >= 0; at = bytes.indexOf(CHUNK_SIGNATURE, at + 1)) {
    if (at + CHUNK_HEADER_SIZE > end) break;
    if (isChunkHeaderSound(bytes, at)) return at;
  }
  return end;
}

function afterBookmark(chunk: EvtxChunk, bookmark: EvtxBookmark | undefined): EvtxChunk {
  if (bookmark !== undefined && chunk.fileOffset === bookmark.chunkOffset)
    chunk.dropThrough(bookmark.recordOffset);
  return chunk;
}
