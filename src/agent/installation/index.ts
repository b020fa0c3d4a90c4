/** What the installer has the program do: `problemchild install …`, one step each. */
export { configureInstallation, type InstallHost, undoInstallation } from './installation.ts';
export { nodeFlags, serviceFlags } from './node-flags.ts';
export { releaseInstallation } from './release.ts';
export { type InstallRequest, parseInstallRequest } from './request.ts';
export { configureService, openInstallHost } from './windows-host.ts';
