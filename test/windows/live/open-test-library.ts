import { join } from 'node:path';
import { type FfiName, ffiNames } from '../../../src/windows/functions.ts';
import { NativeLibrary } from '../../../src/windows/index.ts';

const build = join(import.meta.dirname, '../../../build/native');

export const productLibrary = join(build, 'problemchild.dll');
export const testLibrary = join(build, 'problemchild-test.dll');
export { ffiNames };

/** The build whose system functions can come from doubles. */
export function openTestLibrary(ffi: FfiName): Promise<NativeLibrary> {
  return NativeLibrary.open({ path: testLibrary, ffi, testBuild: true });
}
