import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** Largest configuration file that is read. */
const maxFileBytes = 1_048_576;

/** Of the process that reads the file; -1 on Windows, where the native layer checks access lists instead. */
export interface Reader {
  readonly userId: number;
}

/** Why a file with these permissions must not be believed, or `undefined` when it may be. POSIX only. */
export function describeUnsafeMode(stats: Pick<Stats, 'mode' | 'uid'>, reader: Reader): string | undefined {
  if (reader.userId < 0) return undefined;
  if ((stats.mode & 0o002) !== 0) return 'every user may write to it';
  const isTrustedOwner = stats.uid === 0 || stats.uid === reader.userId;
  if ((stats.mode & 0o020) !== 0 && !isTrustedOwner) {
    return `its group may write to it and its owner (uid ${stats.uid}) is neither root nor the one who runs the agent`;
  }
  return undefined;
}

/**
 * The file's text. Checks and reads go through one descriptor, so that the file that was checked is the one
 * that is read.
 *
 * @throws AgentError PC_CONFIG_UNREADABLE, PC_CONFIG_UNSAFE or PC_CONFIG_TOO_LARGE
 */
export function readConfigFile(path: string, reader: Reader = { userId: process.getuid?.() ?? -1 }): string {
  const shown = escapeForTerminal(path, 1024);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const stats = fstatSync(descriptor);
    if (!stats.isFile())
      throw new AgentError('PC_CONFIG_UNREADABLE', `${shown} is no regular file`, { where: path });
    const reason = describeUnsafeMode(stats, reader);
    if (reason !== undefined)
      throw new AgentError('PC_CONFIG_UNSAFE', `${shown}: ${reason}`, { where: path });
    const buffer = Buffer.alloc(maxFileBytes + 1);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      length += count;
      if (count === 0 || length === buffer.length) break;
    }
    if (length > maxFileBytes) {
      throw new AgentError('PC_CONFIG_TOO_LARGE', `${shown} is larger than ${maxFileBytes} bytes`, {
        where: path,
      });
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof AgentError) throw error;
    const reason = error instanceof TypeError ? 'it is not UTF-8' : escapeForTerminal(String(error), 1024);
    throw new AgentError('PC_CONFIG_UNREADABLE', `${shown}: ${reason}`, { where: path, cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
