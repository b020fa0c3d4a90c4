import { exitCodes } from './io.ts';

/** Ends the process behind a run that stood still: what hangs, such as the thread that reads a source, would keep it for good. */
export function endIfStalled(exitCode: number): void {
  if (exitCode !== exitCodes.stalled) return;
  // Once what was said before is out.
  process.stderr.write('', () => process.exit(exitCode));
}
