import { finished } from 'node:stream/promises';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';

/** Compressed bytes given to the decompressor at a time: what comes of them, at most 1,032 times as much, is held. */
const pieceBytes = 4096;

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
  try {
    for await (const bytes of source) {
      for (let at = 0; at < bytes.length && isOpen(inflater); at += pieceBytes) {
        await write(inflater, bytes.subarray(at, at + pieceBytes));
        yield* ready.splice(0);
      }
      // What follows the last gzip member is not ours to read.
      if (!isOpen(inflater)) break;
    }
    if (isOpen(inflater)) {
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
