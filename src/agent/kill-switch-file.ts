import { statSync } from 'node:fs';

/** Whether the file that stops all action is there; `undefined` when that cannot be found out. */
export function isKillSwitchSet(file: string | null): boolean | undefined {
  if (file === null) return false;
  try {
    statSync(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? false : undefined;
  }
}
