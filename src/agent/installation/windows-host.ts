import {
  createSecureDirectory,
  enablePrivilege,
  type NativeLibrary,
  sealForMachine,
  setUpService,
} from '../../windows/index.ts';
import { judgeByAccessList } from '../path-judge-loader.ts';
import { places } from './data-folder.ts';
import { DataFolderFiles } from './data-folder-files.ts';
import type { InstallHost } from './installation.ts';
import { serviceFlags } from './node-flags.ts';
import type { InstallRequest } from './request.ts';
import { serviceSetup } from './service-settings.ts';

/** The machine that is installed on. */
export async function openInstallHost(library: NativeLibrary): Promise<InstallHost> {
  // A folder whose access list denies SYSTEM everything is renamed with it. Without it that fails, and says so.
  await enablePrivilege(library.ffi, 'SeRestorePrivilege');
  return {
    secureFolder: (path) => createSecureDirectory(library, path),
    judge: await judgeByAccessList(library),
    seal: (secret) => sealForMachine(library, secret),
    nowMs: Date.now,
  };
}

/** Sets up the installed service as it was asked to be; answers lines for the log of the installation. */
export function configureService(
  { dataFolder, transaction }: InstallRequest,
  library: NativeLibrary,
): string[] {
  const files = new DataFolderFiles(dataFolder, transaction);
  // As the installer's table has it, and quoted throughout.
  const command = `"${process.execPath}" ${serviceFlags.join(' ')} "${process.argv[1]}" run --service --config "${files.path(places.config)}"`;
  const unknown = setUpService(library, serviceSetup(files.readChoices(), command));
  return unknown.length === 0 ? [] : [`this Windows does not know, of the service: ${unknown.join(', ')}`];
}
