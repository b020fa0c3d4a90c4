import { join } from 'node:path';
import { type FfiName, ffiNames } from '../../../src/windows/functions.ts';
import { NativeLibrary } from '../../../src/windows/index.ts';

export const buildFolder = join(import.meta.dirname, '../../../build/native');

export const productLibrary = join(buildFolder, 'problemchild.dll');
export const testLibrary = join(buildFolder, 'problemchild-test.dll');
export { ffiNames };

/** The build whose system functions can come from doubles. */
export function openTestLibrary(ffi: FfiName, folder = buildFolder): Promise<NativeLibrary> {
  return NativeLibrary.open({ path: join(folder, 'problemchild-test.dll'), ffi, testBuild: true });
}
