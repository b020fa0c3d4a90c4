import { randomUUID } from 'node:crypto';
import { closeSync, openSync, type Stats, statfsSync, statSync, unlinkSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DoctorContext, isInstalled } from './doctor-context.ts';

/** What is there, or `undefined`. Throws when that cannot be found out. */
export function statIfThere(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/**
 * Whether this process may write to a file, or make files in a folder. It tries: Windows answers the question with an
 * attribute that has nothing to do with rights. The file that is tried with in a folder is empty and goes at once.
 */
export function isWritable(path: string): boolean {
  try {
    if (statIfThere(path)?.isDirectory() === true) {
      const trial = join(path, `.writable-${randomUUID()}`);
      closeSync(openSync(trial, 'wx'));
      unlinkSync(trial);
    } else closeSync(openSync(path, 'r+'));
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

/**
 * Who else may change a file or folder that is there: on POSIX every user, by its mode; on Windows the first account
 * that is no administrator, and not the one that asks unless the agent is a service. @throws Error when that cannot be found out
 */
export function otherWriterOf(path: string, { windows }: DoctorContext): string | undefined {
  if (windows === undefined) return (statSync(path).mode & 0o002) === 0 ? undefined : 'every user';
  if (windows.system instanceof Error) throw windows.system;
  return windows.system.untrustedWriterOf(path, isInstalled(windows.system));
}
