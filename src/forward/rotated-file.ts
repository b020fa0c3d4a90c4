import { existsSync, renameSync, rmSync } from 'node:fs';

export interface RotatedFile {
  readonly path: string;
  /** The current file and `path.1` … `path.{maxFiles-1}`, oldest last. */
  readonly maxFiles: number;
}

/**
 * Moves the current file out of the way, and the older ones on. False when the current one stays where it is, because
 * a reader holds it or an older one open on Windows; then nothing newer than the oldest is gone.
 *
 * @throws the system's error when it cannot be moved for another reason
 */
export function rotateFile(file: RotatedFile): boolean {
  if (!finishRotation(file) || !unlessHeld(() => renameSync(file.path, movedName(file)))) return false;
  finishRotation(file);
  return true;
}

/**
 * Gives the file that was moved out of the way its place as `path.1`: at once, or later where a crash or a reader came
 * between. False while a reader holds one of the older files open.
 */
export function finishRotation(file: RotatedFile): boolean {
  const { path, maxFiles } = file;
  const moved = movedName(file);
  if (!existsSync(moved)) return true;
  const oldest = maxFiles - 1;
  return unlessHeld(() => {
    if (oldest === 0) {
      rmSync(moved);
      return;
    }
    // An attempt that a reader broke off has left a gap, and nothing older than that has to move again.
    let gap = 1;
    while (gap < oldest && existsSync(`${path}.${gap}`)) gap++;
    rmSync(`${path}.${gap}`, { force: true });
    for (let age = gap - 1; age > 0; age--) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
    renameSync(moved, `${path}.1`);
  });
}

function movedName({ path }: RotatedFile): string {
  return `${path}.moved`;
}

/** What Windows says of a file that somebody has open: a sharing violation, or no access. */
const heldCodes = new Set(['EBUSY', 'EPERM']);

function unlessHeld(move: () => void): boolean {
  try {
    move();
    return true;
  } catch (error) {
    if (heldCodes.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
