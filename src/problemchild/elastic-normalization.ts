import { replaceGuids, replaceHexNumbers } from './hex-runs.ts';

/*
 * The text rules of Elastic's ProblemChild pipeline. Every pattern below takes time linear in its input,
 * whoever wrote the command line.
 */

/** Directory classes in the order they are tried: the first found decides. */
const directoryClasses: readonly { readonly marker: string; readonly value: string }[] = [
  { marker: ':\\windows\\system32', value: 'win_system_dir' },
  { marker: ':\\windows\\syswow64', value: 'win_system_dir' },
  { marker: ':\\windows\\temp', value: 'win_temp_dir' },
];

/** What may follow, on the same line, the first `:\users\` of that line; again in order. */
const userDirectoryClasses: readonly { readonly marker: string; readonly value: string }[] = [
  { marker: '\\appdata\\local\\temp', value: 'win_user_appdata_local_temp' },
  { marker: '\\appdata', value: 'win_user_appdata' },
  { marker: '\\downloads', value: 'win_user_downloads' },
  { marker: '\\', value: 'win_user_dir' },
];

const lateDirectoryClasses: readonly { readonly marker: string; readonly value: string }[] = [
  { marker: ':\\program files', value: 'win_program_files' },
  { marker: ':\\programdata', value: 'win_program_data_dir' },
  { marker: ':\\system volume information', value: 'win_sys_vol_info_dir' },
  { marker: ':\\$recycle.bin', value: 'win_recycle_bin_dir' },
  { marker: ':\\windows', value: 'win_dir' },
];

/** Java's `.` stops at these, and its `$` also matches before a last one. */
const lineTerminator = /[\n\r\u0085\u2028\u2029]/;
const usersRoot = /:\\users(?:\r\n|[\n\r\u0085\u2028\u2029])?$/;
const driveRoot = /[a-z]:\\(?:\r\n|[\n\r\u0085\u2028\u2029])?$/;

/**
 * `feature_normalized_ppath`: the class of directory an executable lives in. Despite Elastic's name it is
 * the child's own path. Device and UNC paths have no `:\` and are `unknown`.
 * @param executable already in lower case, not cleaned further.
 */
export function classifyDirectory(executable: string): string {
  if (!executable.includes(':\\')) return 'unknown';
  return (
    findMarker(executable, 0, directoryClasses) ??
    classifyUserDirectory(executable) ??
    (usersRoot.test(executable) ? 'win_users_root_dir' : undefined) ??
    findMarker(executable, 0, lateDirectoryClasses) ??
    (driveRoot.test(executable) ? 'win_root' : 'unknown')
  );
}

function findMarker(
  text: string,
  from: number,
  classes: readonly { readonly marker: string; readonly value: string }[],
): string | undefined {
  for (const { marker, value } of classes) {
    if (text.includes(marker, from)) return value;
  }
  return undefined;
}

/** `(:\users\)(.*?)(marker)` for each marker, without a second pass over the text for each `:\users\`. */
function classifyUserDirectory(executable: string): string | undefined {
  const prefix = ':\\users\\';
  if (!executable.includes(prefix)) return undefined;
  const lines = lineTerminator.test(executable) ? executable.split(lineTerminator) : [executable];
  for (const { marker, value } of userDirectoryClasses) {
    for (const line of lines) {
      const at = line.indexOf(prefix);
      if (at >= 0 && line.includes(marker, at + prefix.length)) return value;
    }
  }
  return undefined;
}

const backslashRun = /\\{2,}/g;
const userSegment = /users\\[^\\]+/g;
const systemDirectory = /windows\\system32|windows\/system32|windows\\syswow64|windows\/syswow64/g;

/** Steps a to d: paths and command lines lose quotes, doubled backslashes, the user's name and the system directory. */
export function normalizePath(text: string): string {
  let result = text;
  if (result.includes('"')) result = result.replaceAll('"', '');
  if (result.includes('\\\\')) result = result.replace(backslashRun, '\\');
  // Greedy to the next backslash: on a command line this also deletes arguments that follow the path.
  if (result.includes('users\\')) result = result.replace(userSegment, 'users');
  if (result.includes('windows')) result = result.replace(systemDirectory, 'win_system_dir');
  return result;
}

const longNumber = /[0-9]{5,}/g;

/**
 * Steps a to h for a command line already in lower case. Step g (hashes to `hash`) is left out: step f has
 * already turned every 8 hex digits into `hex`, so that no run of 32 is left for it to find.
 */
export function normalizeCommandLine(text: string): string {
  return replaceHexNumbers(replaceGuids(normalizePath(text))).replace(longNumber, 'num');
}
