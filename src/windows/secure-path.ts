import { pathProblem, structBytes } from './abi.ts';
import { asciiAt, newCause, newStruct, toWide } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

export type PathProblem = 'owner' | 'writable' | 'no-access-list' | 'link';

export interface PathReport {
  /** Empty when only SYSTEM, Administrators and TrustedInstaller may change it. */
  readonly problems: readonly PathProblem[];
  /** SID of the first account that should not be able to change it. */
  readonly offenderSid: string | undefined;
}

const problemNames: readonly (readonly [number, PathProblem])[] = [
  [pathProblem.OWNER, 'owner'],
  [pathProblem.WRITABLE, 'writable'],
  [pathProblem.NO_DACL, 'no-access-list'],
  [pathProblem.LINK, 'link'],
];

/** Who else may change a file or folder that the agent trusts: its configuration, rules, model. */
export function inspectPath(library: NativeLibrary, path: string): PathReport {
  const wide = toWide(path);
  const report = newStruct(structBytes.pathReport);
  const cause = newCause();
  const result = library.call.pc_path_is_secure(wide.bytes, wide.units, report, cause);
  library.check(result, cause, `the rights on ${path} could not be read`);
  const bits = report.readUInt32LE(4);
  const offender = asciiAt(report, 16, 192);
  return {
    problems: problemNames.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name),
    offenderSid: offender === '' ? undefined : offender,
  };
}

/**
 * Creates a folder, or takes an existing one over, for SYSTEM and Administrators only. One that belongs to another
 * account is refused: whoever owned it may hold it open with the right to change it back.
 */
export function createSecureDirectory(library: NativeLibrary, path: string): void {
  const wide = toWide(path);
  const cause = newCause();
  const result = library.call.pc_secure_directory_create(wide.bytes, wide.units, cause);
  library.check(result, cause, `the folder ${path} could not be made safe`);
}
