import { lstatSync, type Stats, statSync } from 'node:fs';
import { type Config, describeUnsafeMode } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import {
  defaultFfi,
  findForeignWriter,
  inspectPath,
  type NativeLibrary,
  openSystemFacts,
  type PathProblem,
} from '../windows/index.ts';
import { openLibrary } from './live-input.ts';
import type { PathJudge } from './trusted-paths.ts';

/**
 * What the paths of a live agent are judged by. On Windows only the service is held to it: whoever runs the agent in
 * the foreground there gives it no rights that are not their own.
 */
export async function openPathJudge(config: Config, isService: boolean): Promise<PathJudge> {
  if (process.getuid !== undefined) return judgeByMode(process.getuid());
  return isService ? await judgeByAccessList(await openLibrary(config)) : () => undefined;
}

const sticky = 0o1000;

/** By the mode of the file or folder. In a folder with the sticky bit others cannot touch what is the agent's. */
export function judgeByMode(userId: number): PathJudge {
  return (path) => {
    let stats: Stats;
    try {
      stats = statSync(path);
    } catch {
      return undefined;
    }
    if (stats.isDirectory() && (stats.mode & sticky) !== 0) return undefined;
    return describeUnsafeMode(stats, { userId });
  };
}

const explanations: Readonly<Record<PathProblem, string>> = {
  owner: 'it belongs to somebody else than SYSTEM or Administrators',
  writable: 'others than SYSTEM and Administrators may change it',
  'no-access-list': 'it has no access list: everybody may change it',
  link: 'it is a link',
};

/**
 * What a command holds the configuration of the installed agent to: that nobody may change it but administrators and whoever
 * gives the command. On Windows that is asked without the native library, which may be what is broken.
 */
export async function openInstalledPathJudge(): Promise<PathJudge> {
  if (process.getuid !== undefined) return judgeByMode(process.getuid());
  const system = await openSystemFacts(defaultFfi());
  return (path) => {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) return explanations.link;
    const writer = system.untrustedWriterOf(path);
    return writer === undefined ? undefined : `${explanations.writable} (${writer})`;
  };
}

/** By owner and access list, as Windows has them; the account that the agent runs as is no stranger. */
export async function judgeByAccessList(library: NativeLibrary): Promise<PathJudge> {
  const foreignWriterOf = await findForeignWriter(library.ffi);
  return (path) => {
    try {
      const { problems, offenderSid } = inspectPath(library, path);
      const [problem] = problems;
      if (problem === undefined) return undefined;
      const isAboutAccounts = problems.every((each) => each === 'owner' || each === 'writable');
      if (isAboutAccounts && foreignWriterOf(path) === undefined) return undefined;
      return offenderSid === undefined ? explanations[problem] : `${explanations[problem]} (${offenderSid})`;
    } catch (error) {
      if (error instanceof AgentError && error.code === 'PC_NATIVE_NOT_FOUND') return undefined;
      throw error;
    }
  };
}
