import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { messageOf } from '../../errors/index.ts';
import { fileOpening } from './file-opening.ts';
import type { KnownFolders } from './local-file.ts';
import type { MappedImage } from './process-look.ts';

const chunkBytes = 65_536;

/** A mapped image with the hash of its file as it lies there now. */
export interface HashedModule extends MappedImage {
  readonly fileBytes: number | undefined;
  readonly sha256: string | undefined;
  /** Why there is no hash. */
  readonly missing: string | undefined;
}

/**
 * Hashes the files of modules, one after the other, until the signal says that time is up. A file on another
 * machine is not opened, and one that somebody holds back is not waited for.
 */
export async function hashModules(
  modules: readonly MappedImage[],
  maxFileBytes: number,
  signal: AbortSignal,
): Promise<HashedModule[]> {
  const hashed: HashedModule[] = [];
  const known: KnownFolders = new Map();
  // One for all: a chunk after the other, each of its own, would have V8 collect in the midst of the next ending.
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  for (const module of modules) hashed.push(await hashModule(module, maxFileBytes, chunk, signal, known));
  return hashed;
}

async function hashModule(
  module: MappedImage,
  maxFileBytes: number,
  chunk: Buffer,
  signal: AbortSignal,
  known: KnownFolders,
): Promise<HashedModule> {
  const { path } = module;
  const without = (missing: string, fileBytes?: number): HashedModule => ({
    ...module,
    fileBytes,
    sha256: undefined,
    missing,
  });
  if (signal.aborted) return without('the time was up');
  if (path === undefined) return without('its path could not be read');
  const file = await fileOpening.open(path, known);
  if (typeof file === 'string') return without(file);
  try {
    const { size } = await file.stat();
    if (size > maxFileBytes) return without(`it is larger than ${maxFileBytes} bytes`, size);
    const sha256 = await hashFile(file, maxFileBytes, chunk, signal);
    return { ...module, fileBytes: size, sha256, missing: undefined };
  } catch (error) {
    return without(signal.aborted ? 'the time was up' : messageOf(error));
  } finally {
    await file.close();
  }
}

/** Up to so many bytes: the file may grow meanwhile. */
async function hashFile(
  file: FileHandle,
  maxBytes: number,
  chunk: Buffer,
  signal: AbortSignal,
): Promise<string> {
  const digest = createHash('sha256');
  for (let at = 0; at < maxBytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, maxBytes - at), at);
    if (bytesRead === 0) break;
    digest.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
  return digest.digest('hex');
}
