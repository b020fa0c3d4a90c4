import { prepareWindows } from './harness/prepare.ts';
import { WindowsUnavailable } from './harness/unavailable.ts';

/** Makes this machine able to run the Windows suite. Safe to run again; does only what is missing. */
try {
  await prepareWindows((line) => process.stdout.write(`${line}\n`));
  process.stdout.write('ready\n');
} catch (error) {
  if (!(error instanceof WindowsUnavailable)) throw error;
  process.stdout.write(`not available: ${error.message}\n`);
  process.exitCode = 2;
}
