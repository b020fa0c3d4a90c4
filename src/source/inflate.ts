import { finished } from 'node:stream/promises';
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';

/** Compressed bytes given to the decompressor at a time: what comes of them, at most 1,032 times as much, is held. */
const pieceBytes = 4096;

/**
 * Decompresses a stream and hands over all that comes out before the first damage, then throws what
 * zlib found. (Reading a zlib stream would lose what it had buffered when the error came, and how much
 * that is depends on timing.) Several gzip members one after the other are one stream.
 */
export async function* inflate(
  source: AsyncIterable<Uint8Array>,
  coding: 'gzip' | 'raw',
): AsyncGenerator<Buffer, void, undefined> {
  const options = { chunkSize: 65_536 };
  const inflater = coding === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  const ready: Buffer[] = [];
  let failure: Error | undefined;
  inflater.on('data', (bytes: Buffer) => ready.push(bytes));
  inflater.on('error', (error) => {
    failure ??= error;
  });
  try {
    for await (const bytes of source) {
      for (let at = 0; at < bytes.length && failure === undefined; at += pieceBytes) {
        await write(inflater, bytes.subarray(at, at + pieceBytes));
        yield* ready.splice(0);
      }
      // What follows the last gzip member is not ours to read.
      if (failure !== undefined || inflater.readableEnded) break;
    }
    if (failure === undefined && !inflater.readableEnded) {
      inflater.end();
      await finished(inflater).catch(noteNothing);
    }
    yield* ready.splice(0);
    if (failure !== undefined) throw failure;
  } finally {
    inflater.destroy();
  }
}

/** The error event has told of it already. */
function noteNothing(): undefined {
  return undefined;
}

function write(inflater: Gunzip | InflateRaw, bytes: Uint8Array): Promise<void> {
  // The error event tells of a failure, so the callback's argument need not.
  return new Promise((resolve) => inflater.write(bytes, () => resolve()));
}
