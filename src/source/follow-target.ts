import { stat } from 'node:fs/promises';
import { AgentError } from '../errors/index.ts';

/**
 * Whether a file to follow is there already.
 * @throws AgentError PC_SOURCE_FOLDER for a folder, which has no lines
 */
export async function isTargetThere(path: string): Promise<boolean> {
  // What else keeps it from being opened is told by whoever follows it.
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code !== 'ENOENT');
  if (typeof found === 'boolean') return found;
  if (found.isDirectory()) throw new AgentError('PC_SOURCE_FOLDER', path);
  return true;
}
