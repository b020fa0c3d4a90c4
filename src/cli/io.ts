import type { Readable, Writable } from 'node:stream';
import type { OpenLibrary, PathJudge } from '../agent/index.ts';

/** What a command may touch of the world outside; tests give it their own. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The native library that acts on processes; the product's own unless a test names another. */
  readonly openLibrary?: OpenLibrary;
  /** What the paths of `run` are judged by, instead of the system's own modes or access lists. */
  readonly judgePath?: PathJudge;
}

/** Exit codes of every command. */
export const exitCodes = {
  fine: 0,
  /** Some input could not be read; what could be was processed. */
  inputUnread: 1,
  /** The command line or the configuration is wrong; nothing was processed. */
  usage: 2,
  /** A running agent was asked for, and none answers. */
  notRunning: 3,
  /** The live agent stood still and was ended; started again, it goes on. */
  stalled: 4,
  /** The user stopped it, as shells say it of Ctrl-C. */
  stopped: 130,
} as const;
