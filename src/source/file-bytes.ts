import { open } from 'node:fs/promises';

const chunkBytes = 262_144;

/**
 * The bytes of a file from `offset` on. Every chunk is the same memory filled anew, good until the next is
 * asked for: a stream would leave a buffer behind for each.
 */
export async function* readFileBytes(path: string, offset = 0): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    for (let at = offset; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
