import type { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import type { CliIo } from './io.ts';

const maxMessageLength = 1_000;

/** Says that a command does without the agent because somebody else has the name of its channel. */
export function warnOfForeignChannel(io: CliIo): (error: AgentError) => void {
  return ({ code, message, remedy }) => {
    const text = escapeForTerminal(message, maxMessageLength);
    io.stderr.write(`${code}: ${text}; going on without the agent, over its journal\n  ${remedy}\n`);
  };
}
