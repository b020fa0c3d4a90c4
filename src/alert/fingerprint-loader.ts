import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Changes when the name or content of any file of the folder does; `undefined` when it cannot be read. */
export function fingerprintFolder(folder: string): string | undefined {
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
    return hash(
      'sha256',
      names.map((name) => `${name}\n${hash('sha256', readFileSync(join(folder, name)))}\n`).join(''),
    );
  } catch {
    return undefined;
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
