import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AgentError } from '../errors/index.ts';

const fileName = 'problemchild.dll';

/**
 * Where the native library is: beside the program, or in the build folder of a checkout. Nothing else is
 * searched, neither PATH nor the working directory, where others could put one of their own.
 */
export function findLibrary(programFolder: string = import.meta.dirname): string {
  const places = [
    join(programFolder, fileName),
    join(dirname(process.execPath), fileName),
    resolve(programFolder, '..', '..', 'build', 'native', fileName),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new AgentError('PC_NATIVE_LIBRARY', `${fileName} is in none of ${places.join(', ')}`);
}
