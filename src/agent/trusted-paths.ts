import { dirname } from 'node:path';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';

/** Why a path must not be relied on; `undefined` when it may be, or is not there. */
export type PathJudge = (path: string) => string | undefined;

/** Everything that decides what the agent does: who may write there commands the agent. */
export function listTrustedPaths(config: Config, configFile: string | undefined): readonly string[] {
  const { state, model, detection, alert } = config;
  const folders = [model.bundle, detection.rulesFolder, alert.exceptionsFolder, alert.iocFolder];
  const paths = [
    ...(configFile === undefined ? [] : [configFile, dirname(configFile)]),
    ...(state.file === null ? [] : [state.file, dirname(state.file)]),
    ...folders.filter((folder) => folder !== null),
  ];
  return [...new Set(paths)];
}

/** @throws AgentError PC_AGENT_UNTRUSTED naming the first path that others than administrators may change, and who */
export function assertTrusted(paths: readonly string[], judge: PathJudge): void {
  for (const path of paths) {
    const reason = judge(path);
    if (reason !== undefined)
      throw new AgentError('PC_AGENT_UNTRUSTED', `${path}: ${reason}`, { where: path });
  }
}
