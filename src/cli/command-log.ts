import { createLog, type LogOptions, type OpenLog } from '../log/index.ts';
import type { CliIo } from './io.ts';

/** The log of one command: on stderr, and on a file where the configuration names one. */
export function openCommandLog(io: CliIo, options: LogOptions): OpenLog {
  return createLog(options, { stderr: io.stderr, clock: { nowMs: Date.now } });
}
