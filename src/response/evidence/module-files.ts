import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { type KnownFolders, openLocalFile } from './local-file.ts';
import type { MappedImage } from './process-look.ts';

/** A mapped image with the hash of its file as it lies there now. */
export interface HashedModule extends MappedImage {
  readonly fileBytes: number | undefined;
  readonly sha256: string | undefined;
  /** Why there is no hash. */
  readonly missing: string | undefined;
}

/**
 * Hashes the files of modules, one after the other, until the signal says that time is up. A file on another
 * machine is not opened.
 */
export async function hashModules(
  modules: readonly MappedImage[],
  maxFileBytes: number,
  signal: AbortSignal,
): Promise<HashedModule[]> {
  const hashed: HashedModule[] = [];
  const known: KnownFolders = new Map();
  for (const module of modules) hashed.push(await hashModule(module, maxFileBytes, signal, known));
  return hashed;
}

async function hashModule(
  module: MappedImage,
  maxFileBytes: number,
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
  const file = await openLocalFile(path, known);
  if (typeof file === 'string') return without(file);
  try {
    const { size } = await file.stat();
    if (size > maxFileBytes) return without(`it is larger than ${maxFileBytes} bytes`, size);
    const digest = createHash('sha256');
    const content = file.createReadStream({ start: 0, end: maxFileBytes, autoClose: false });
    await pipeline(content, digest, { signal });
    return { ...module, fileBytes: size, sha256: digest.digest('hex'), missing: undefined };
  } catch (error) {
    return without(signal.aborted ? 'the time was up' : (error as Error).message);
  } finally {
    await file.close();
  }
}
