import { createLog, type LogOptions, type OpenLog } from '../log/index.ts';
import type { CliIo } from './io.ts';

/** The log of a command about the agent, on stderr: the file that the configuration names is the agent's, which rotates it. */
export function openConsoleLog(io: CliIo, options: LogOptions): OpenLog {
  return openCommandLog(io, { ...options, file: null });
}

/** The log of one command: on stderr, and on a file where the configuration names one. */
export function openCommandLog(io: CliIo, options: LogOptions): OpenLog {
  return createLog(options, { stderr: io.stderr, clock: { nowMs: Date.now } });
}
