import { createInterface } from 'node:readline/promises';
import { AgentError } from '../errors/index.ts';
import type { CliIo } from './io.ts';

/** Asks the person at the terminal; no by default. @throws AgentError PC_USAGE when nobody is there to ask */
export async function isConfirmed(io: CliIo, question: string): Promise<boolean> {
  if ((io.stdin as { readonly isTTY?: boolean }).isTTY !== true) {
    throw new AgentError('PC_USAGE', 'nobody is there to ask; say --yes');
  }
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(?:es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
