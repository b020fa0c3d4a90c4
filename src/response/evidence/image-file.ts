import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, rm, statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fileOpening } from './file-opening.ts';
import type { BundleFile, ImageCopy } from './manifest.ts';

export type OpenImage = FileHandle;

/** What a copy leaves free on the disk: what the journal of the response wants there, and some more. */
const leftFreeBytes = 33_554_432;

/** The image, or why it could not be opened; a slow share must not hold an ending up. */
export async function openImage(path: string | undefined): Promise<OpenImage | string> {
  return path === undefined ? 'nobody knows where it lies' : fileOpening.open(path);
}

/**
 * Copies an open image, compressed, up to so many bytes. Fails, leaving nothing, when the signal ends it, or where the
 * copy could fill the disk.
 */
export async function copyImage(
  image: OpenImage,
  path: string,
  target: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ readonly copy: ImageCopy; readonly file: BundleFile }> {
  const { size } = await image.stat();
  const { bavail, bsize } = await statfs(dirname(target));
  if (bavail * bsize < Math.min(size, maxBytes) + leftFreeBytes)
    throw new Error('the disk has too little room');
  const before = createHash('sha256');
  const after = createHash('sha256');
  let bytes = 0;
  let compressedBytes = 0;
  await pipeline(
    image.createReadStream({ start: 0, end: maxBytes - 1, autoClose: false }),
    observe((chunk) => {
      before.update(chunk);
      bytes += chunk.length;
    }),
    createGzip({ level: 1 }),
    observe((chunk) => {
      after.update(chunk);
      compressedBytes += chunk.length;
    }),
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    { signal },
  ).catch(async (error: unknown) => {
    await rm(target, { force: true });
    throw error;
  });
  const file = basename(target);
  return {
    copy: { path, file, bytes, sha256: before.digest('hex'), isCut: size > bytes },
    file: { file, bytes: compressedBytes, sha256: after.digest('hex') },
  };
}

/** Passes everything on, and lets `look` see it. */
function observe(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _, next) {
      look(chunk);
      next(undefined, chunk);
    },
  });
}
