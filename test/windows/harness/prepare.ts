import { PackageUnavailable, prepareWindowsPackages } from '../../../installer/windows-packages.ts';
import { WindowsUnavailable } from './unavailable.ts';
import { prepareWineRoot } from './wine-root.ts';

/** Everything a Windows run needs beside the native library; nothing to do on Windows itself. */
export async function prepareWindows(report: (line: string) => void): Promise<void> {
  if (process.platform === 'win32') return;
  await prepareWineRoot(report);
  try {
    prepareWindowsPackages(report);
  } catch (error) {
    if (error instanceof PackageUnavailable) throw new WindowsUnavailable(error.message);
    throw error;
  }
}
