import { type Config, loadConfig } from '../../config/index.ts';
import { AgentError, messageOf } from '../../errors/index.ts';
import { ResponseJournalFile, responseFileOf } from '../../store/index.ts';
import { type NativeLibrary, stopOrphanSessions } from '../../windows/index.ts';
import { openIsolation } from '../isolation-desk.ts';
import { openProcessDesk } from '../process-desk.ts';
import { places } from './data-folder.ts';
import { DataFolderFiles } from './data-folder-files.ts';
import type { InstallRequest } from './request.ts';

/**
 * Before an uninstallation: whatever the agent holds of this host lets go, since nothing is left afterwards that
 * could. Answers lines for the log of the installation.
 *
 * @throws AgentError PC_INSTALL_RELEASE naming all that could not be let go
 */
export async function releaseInstallation(
  request: InstallRequest,
  library: NativeLibrary,
): Promise<string[]> {
  const said: string[] = [];
  const failed: string[] = [];
  async function attempt(what: string, work: () => Promise<string | undefined>): Promise<void> {
    try {
      const line = await work();
      if (line !== undefined) said.push(line);
    } catch (error) {
      failed.push(`${what}: ${messageOf(error)}`);
    }
  }
  const files = new DataFolderFiles(request.dataFolder, request.transaction);
  await attempt('tracing sessions', async () => {
    const stopped = stopOrphanSessions(library);
    return stopped === 0 ? undefined : `stopped ${stopped} tracing sessions`;
  });
  await attempt('suspended processes', async () => {
    if (!files.has(places.config)) return undefined;
    const { config } = loadConfig({ file: files.path(places.config), env: {} });
    return releaseProcesses(config, files, library);
  });
  await attempt('isolation', async () => {
    if (!files.has(places.config)) return undefined;
    const { config } = loadConfig({ file: files.path(places.config), env: {} });
    return releaseHost(config, files, library);
  });
  files.forgetEarlier();
  if (failed.length > 0) throw new AgentError('PC_INSTALL_RELEASE', failed.join('; '));
  return said;
}

/** Nothing was ever suspended where there is no journal. */
async function releaseProcesses(
  config: Config,
  files: DataFolderFiles,
  library: NativeLibrary,
): Promise<string | undefined> {
  if (config.state.file === null || !files.isFile(responseFileOf(config.state.file))) return undefined;
  const problems: string[] = [];
  const desk = openProcessDesk(config, library, (what, error) => problems.push(`${what}: ${String(error)}`));
  try {
    const left = await desk.release('the installer', 'uninstallation');
    if (left > 0) throw new Error([`${left} are still suspended`, ...problems].join('; '));
    return 'no process is suspended';
  } finally {
    await desk.close();
  }
}

/** Filters that are there for the agent would outlive it. */
async function releaseHost(
  config: Config,
  files: DataFolderFiles,
  library: NativeLibrary,
): Promise<string | undefined> {
  if (config.state.file === null || !files.isFile(responseFileOf(config.state.file))) return undefined;
  const journal = new ResponseJournalFile(responseFileOf(config.state.file));
  try {
    if (journal.isolation === undefined) return undefined;
    const stage = openIsolation({
      config: () => config,
      env: {},
      library,
      journal,
      clock: { nowMs: Date.now },
      // Nobody will be there to deliver it; the journal has it.
      audience: { isolation: () => undefined, failed: () => undefined },
    });
    const { outcome, cause } = await stage.release('the installer', 'uninstallation');
    if (outcome !== 'success') throw new Error(cause ?? 'the filters are still there');
    return 'the host is not isolated any more';
  } finally {
    journal.close();
  }
}
