import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Absolute path of shared test data beside the project, or `undefined` where it is not there. */
export function sharedData(path: string): string | undefined {
  const absolute = resolve(import.meta.dirname, '../../../shared', path);
  return existsSync(absolute) ? absolute : undefined;
}
