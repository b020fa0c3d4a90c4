import { finished } from 'node:stream/promises';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';

/** Compressed bytes given to the decompressor at a time: what comes of them, at most 1,032 times as much, is held. */
const pieceBytes = 4096;
/** A damaged piece is lost with all that is sound in it: where a stream is short, smaller ones are worth their while. */
const earlyPieceBytes = 64;
const earlyBytes = 4096;
/** Checksum and length at the end of a gzip member: what comes before stands, even if they are wrong. */
const trailerBytes = 8;

/**
 * Decompresses a stream and hands over what comes out up to the piece with the first damage, then throws
 * what zlib found. (Reading a zlib stream would lose what it had buffered when the error came, and how much
 * that is depends on timing.) Several gzip members one after the other are one stream.
 */
export async function* inflate(
  source: AsyncIterable<Uint8Array>,
  coding: 'gzip' | 'raw',
): AsyncGenerator<Buffer, void, undefined> {
  const options = { chunkSize: 65_536 };
  const inflater = coding === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  const ready: Buffer[] = [];
  inflater.on('data', (bytes: Buffer) => ready.push(bytes));
  // Taken from `inflater.errored` once what came out before it is handed over.
  inflater.on('error', ignoreForNow);
  let fed = 0;
  let held: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source) {
      // A stream that pauses says so all the way.
      if (chunk.length === 0) yield Buffer.alloc(0);
      const bytes = Buffer.concat([held, chunk]);
      const end = bytes.length - trailerBytes;
      let at = 0;
      while (at < end && isOpen(inflater)) {
        const piece = bytes.subarray(
          at,
          Math.min(end, at + (fed < earlyBytes ? earlyPieceBytes : pieceBytes)),
        );
        await write(inflater, piece);
        at += piece.length;
        fed += piece.length;
        yield* ready.splice(0);
      }
      held = bytes.subarray(at);
      // What follows the last gzip member is not ours to read.
      if (!isOpen(inflater)) break;
    }
    if (isOpen(inflater)) {
      await write(inflater, held);
      inflater.end();
      await finished(inflater).catch(ignoreForNow);
    }
    yield* ready.splice(0);
    if (inflater.errored !== null) throw inflater.errored;
  } finally {
    inflater.destroy();
  }
}

function isOpen(inflater: Gunzip | InflateRaw): boolean {
  return inflater.errored === null && !inflater.readableEnded;
}

/** Resolves when the bytes are through, or when they turn out to be damaged: then zlib calls nobody back. */
function write(inflater: Gunzip | InflateRaw, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    inflater.once('close', resolve);
    inflater.write(bytes, () => {
      inflater.off('close', resolve);
      resolve();
    });
  });
}

function ignoreForNow(): undefined {
  return undefined;
}
