import { AgentError } from '../errors/index.ts';
import type { CliIo } from './io.ts';
import { readAll } from './standard-input.ts';

const maxBytes = 16_384;
const backspaces = new Set(['\b', '\u007f']);

interface Terminal {
  setRawMode(isRaw: boolean): unknown;
}

/**
 * A secret from standard input without the line end behind it. At a terminal it is asked for, and what is typed is not
 * shown. @throws AgentError PC_USAGE when there is none, or it is no single line
 */
export async function readSecret(io: CliIo): Promise<string> {
  const { stdin } = io;
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
  const text = isTerminal ? await askAtTerminal(io, stdin as unknown as Terminal) : await readAll(stdin);
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new AgentError('PC_USAGE', 'standard input holds no secret');
  if (/[\r\n\0]/.test(secret) || Buffer.byteLength(secret) > maxBytes) {
    throw new AgentError('PC_USAGE', `a secret is one line of at most ${maxBytes} bytes`);
  }
  return secret;
}

/** In raw mode the terminal shows nothing, and leaves editing to the reader. */
async function askAtTerminal({ stdin, stderr }: CliIo, terminal: Terminal): Promise<string> {
  stderr.write('Secret (not shown): ');
  terminal.setRawMode(true);
  try {
    let text = '';
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return text;
        if (character === '\u0003') throw new AgentError('PC_USAGE', 'no secret was entered');
        text = backspaces.has(character) ? text.slice(0, -1) : text + character;
      }
    }
    return text;
  } finally {
    terminal.setRawMode(false);
    stderr.write('\n');
  }
}
