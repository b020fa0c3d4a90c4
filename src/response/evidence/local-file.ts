import { constants, fstatSync, lstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../errors/index.ts';

/** `C:\…`, also as `\\?\C:\…` and `\\?\Volume{…}\…`: everything else may be on another machine. */
const onWindows = /^(?:\\\\\?\\)?[a-z]:\\|^\\\\\?\\volume\{[0-9a-f-]+\}\\/i;
/** One slash; two begin a share where programs of Windows read them. */
const elsewhere = /^\/(?!\/)/;

export type LocalFile = FileHandle;

/** Links among folders that were looked at, so that each is looked at once for all the files in it. */
export type KnownFolders = Map<string, string | undefined>;

/**
 * Opens a file of this machine for reading, or answers why it was not opened. Names come from processes that are
 * ended for a reason: a share would have the agent show its account to whoever serves it, and a link may lead to one.
 * Windows names files by where they are, so a link on the way is not what was run; it is looked for from the
 * root on, since a look past it would follow it. Somebody may put a link there right after the look, so what was opened must
 * also be what lies there without one. The looks are made at once, without a turn on a pool thread for each folder.
 */
export async function openLocalFile(
  path: string,
  known: KnownFolders = new Map(),
): Promise<LocalFile | string> {
  if (!(process.platform === 'win32' ? onWindows : elsewhere).test(path)) return 'it lies on another machine';
  try {
    const link = findLink(path, known);
    if (link !== undefined) return link;
    // Windows has no such flag.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const change = findChange(path, file);
    if (change !== undefined) await file.close();
    return change ?? file;
  } catch (error) {
    return messageOf(error);
  }
}

function findLink(path: string, known: KnownFolders): string | undefined {
  const folder = dirname(path);
  if (folder === path) return undefined;
  if (!known.has(folder)) known.set(folder, findLink(folder, known));
  const above = known.get(folder);
  if (above !== undefined) return above;
  return lstatSync(path).isSymbolicLink() ? `${path} is a link` : undefined;
}

/** Whether something else was opened than what lies there now, with no link on the way. */
function findChange(path: string, { fd }: FileHandle): string | undefined {
  try {
    const link = findLink(path, new Map());
    if (link !== undefined) return link;
    const opened = fstatSync(fd, { bigint: true });
    const there = lstatSync(path, { bigint: true });
    return opened.ino === there.ino && opened.dev === there.dev
      ? undefined
      : `${path} was exchanged as it was opened`;
  } catch (error) {
    return messageOf(error);
  }
}
