import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
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
 * machine is not opened: its owner would see who looks, and could hold the agent up.
 */
export async function hashModules(
  modules: readonly MappedImage[],
  maxFileBytes: number,
  signal: AbortSignal,
): Promise<HashedModule[]> {
  const hashed: HashedModule[] = [];
  for (const module of modules) hashed.push(await hashModule(module, maxFileBytes, signal));
  return hashed;
}

async function hashModule(
  module: MappedImage,
  maxFileBytes: number,
  signal: AbortSignal,
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
  if (isElsewhere(path)) return without('it lies on another machine');
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) return without(`it is larger than ${maxFileBytes} bytes`, size);
    const digest = createHash('sha256');
    await pipeline(createReadStream(path, { end: maxFileBytes }), digest, { signal });
    return { ...module, fileBytes: size, sha256: digest.digest('hex'), missing: undefined };
  } catch (error) {
    return without(signal.aborted ? 'the time was up' : (error as Error).message);
  }
}

/** `\\server\share\…` and `\\?\UNC\…`, but not `\\?\C:\…`. */
export function isElsewhere(path: string): boolean {
  return /^[\\/]{2}(?![?.][\\/](?:[a-z]:|volume\{))/i.test(path);
}
