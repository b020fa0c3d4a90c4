import { readFile, stat } from 'node:fs/promises';
import { AgentError, messageOf } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** An exported model with its definition in the clear takes about 100 MB. */
const maxBytes = 512 * 1024 * 1024;

/** A model as Elasticsearch exported it, parsed. @throws AgentError PC_MODEL_IMPORT */
export async function readModelFile(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new Error(`${size} bytes, at most ${maxBytes} are read`);
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = messageOf(cause);
    throw new AgentError('PC_MODEL_IMPORT', `${escapeForTerminal(path, 1_024)}: ${reason}`, {
      where: path,
      cause,
    });
  }
}
