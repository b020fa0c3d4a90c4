import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { openInstalledPathJudge } from './path-judge-loader.ts';
import { assertTrusted, type PathJudge } from './trusted-paths.ts';

/** Set by the installed launcher: where the installer put the configuration. */
const variable = 'PC_INSTALLED_CONFIG';

export interface InstalledConfig {
  readonly file: string;
  /** Whether this account may read it: administrators may. */
  readonly isReadable: boolean;
}

/**
 * The configuration of the agent that is installed here; `undefined` where none is. It is judged before
 * it is read: whoever gives a command has not named it, and may be allowed more than those who could have made a
 * folder of its name.
 * @throws AgentError PC_AGENT_UNTRUSTED when others than administrators may change it
 */
export async function findInstalledConfig(
  env: Readonly<Record<string, string | undefined>>,
  judge?: PathJudge,
): Promise<InstalledConfig | undefined> {
  const file = env[variable] ?? '';
  if (file === '') return undefined;
  try {
    closeSync(openSync(file, 'r'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { file, isReadable: false };
  }
  assertTrusted([file, dirname(file)], judge ?? (await openInstalledPathJudge()));
  return { file, isReadable: true };
}
