import { type FileHandle, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** `C:\…`, also as `\\?\C:\…` and `\\?\Volume{…}\…`: everything else may be on another machine. */
const onWindows = /^(?:\\\\\?\\)?[a-z]:\\|^\\\\\?\\volume\{[0-9a-f-]+\}\\/i;
/** One slash; two begin a share where programs of Windows read them. */
const elsewhere = /^\/(?!\/)/;

/** Folders that were looked at, so that each is looked at once for all the files in it. */
export type KnownFolders = Map<string, Promise<string | undefined>>;

/**
 * Opens a file of this machine for reading, or answers why it was not opened. Names come from processes that are
 * ended for a reason: a share would have the agent show its account to whoever serves it, and a link may lead to one.
 * Windows names files by where they are, so a link on the way is not what was run; it is looked for from the
 * root on, since a look past it would follow it.
 */
export async function openLocalFile(
  path: string,
  known: KnownFolders = new Map(),
): Promise<FileHandle | string> {
  if (!(process.platform === 'win32' ? onWindows : elsewhere).test(path)) return 'it lies on another machine';
  try {
    return (await findLink(path, known)) ?? (await open(path, 'r'));
  } catch (error) {
    return (error as Error).message;
  }
}

async function findLink(path: string, known: KnownFolders): Promise<string | undefined> {
  const folder = dirname(path);
  if (folder === path) return undefined;
  let above = known.get(folder);
  if (above === undefined) {
    above = findLink(folder, known);
    known.set(folder, above);
  }
  const found = await above;
  if (found !== undefined) return found;
  return (await lstat(path)).isSymbolicLink() ? `${path} is a link` : undefined;
}
