import { open } from 'node:fs/promises';

const chunkBytes = 131_072;

/**
 * The bytes of a file from `offset` on. While a chunk is looked at the next is read; both are the same memory filled
 * anew, good until the next is asked for: a stream would leave a buffer behind for each.
 */
export async function* readFileBytes(path: string, offset = 0): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(path, 'r');
  let at = offset;
  // A pipe has no places: there one read goes on after the other.
  const hasPlaces = (await handle.stat()).isFile();
  const readInto = (buffer: Buffer) => handle.read(buffer, 0, chunkBytes, hasPlaces ? at : null);
  let [buffer, next] = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)];
  let reading = readInto(buffer);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      at += bytesRead;
      reading = readInto(next);
      // Its failure is told when the chunk is asked for.
      reading.catch(() => undefined);
      yield buffer.subarray(0, bytesRead);
      [buffer, next] = [next, buffer];
    }
  } finally {
    await reading.catch(() => undefined);
    await handle.close();
  }
}
