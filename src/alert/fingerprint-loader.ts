import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Changes when anything comes into the folder or leaves it, when the content of a file or of what a link leads to does,
 * and when one of them can be read or no longer; `undefined` when the folder cannot be read.
 */
export function fingerprintFolder(folder: string): string | undefined {
  try {
    const names = readdirSync(folder).sort();
    return hash('sha256', names.map((name) => `${name}\n${fingerprintEntry(join(folder, name))}\n`).join(''));
  } catch {
    return undefined;
  }
}

function fingerprintEntry(path: string): string {
  try {
    // To read a pipe would wait for somebody to write to it.
    return statSync(path).isFile() ? hash('sha256', readFileSync(path)) : 'no file';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** Changes when the content of the file does; `undefined` when it cannot be read. */
export function fingerprintFile(path: string): string | undefined {
  try {
    return hash('sha256', readFileSync(path));
  } catch {
    return undefined;
  }
}
