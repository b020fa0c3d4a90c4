import { prepareWindowsPackages } from './windows-packages.ts';
import { prepareWineRoot } from './wine-root.ts';

/** Everything a Windows run needs beside the native library; nothing to do on Windows itself. */
export async function prepareWindows(report: (line: string) => void): Promise<void> {
  if (process.platform === 'win32') return;
  await prepareWineRoot(report);
  prepareWindowsPackages(report);
}
