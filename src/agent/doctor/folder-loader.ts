import { accessSync, constants, type Stats, statfsSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What is there, or `undefined`. Throws when that cannot be found out. */
export function statIfThere(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder itself, or the nearest one above it that is there. */
export function nearestFolder(path: string): string {
  let folder = path;
  while (statIfThere(folder)?.isDirectory() !== true && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Bytes that this process may still write on the disk of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Entries of a folder whose names begin with `prefix`. */
export async function listNames(folder: string, prefix: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
}

/** Bytes of all files below a folder. A file that goes while they are added up counts as nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let sum = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    sum += found?.size ?? 0;
  }
  return sum;
}

/** Whether others than the owner may write: on POSIX by mode; Windows is asked otherwise. */
export function isWritableByOthers(path: string): boolean {
  const found = statIfThere(path);
  return process.platform !== 'win32' && found !== undefined && (found.mode & 0o002) !== 0;
}
