import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

const maxSecretBytes = 65_536;

/**
 * A secret kept in a file of its own in UTF-8; a byte order mark and line ends at its end are left out.
 *
 * @throws AgentError PC_FORWARD_SECRET when the file cannot be read, is empty or no text, or others may read or write it
 */
export function readSecretFile(path: string): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refuse(path, 'it is no regular file');
    // On Windows the mode says nothing; the folder's access list is the installer's.
    if (process.platform !== 'win32' && (stats.mode & 0o026) !== 0) {
      throw refuse(path, 'others may read or write it (chmod 600 makes it private)');
    }
    if (stats.size > maxSecretBytes) throw refuse(path, `it is larger than ${maxSecretBytes} bytes`);
    const buffer = Buffer.alloc(maxSecretBytes);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    return readText(path, buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw refuse(path, (error as NodeJS.ErrnoException).code ?? 'it cannot be read');
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readText(path: string, bytes: Buffer): string {
  if (!isUtf8(bytes) || bytes.includes(0)) {
    // What `"…" > FILE` makes in Windows PowerShell is UTF-16.
    throw refuse(path, 'it is no text in UTF-8 (in PowerShell, write it with Set-Content -Encoding ascii)');
  }
  const secret = bytes.toString('utf8').replace(/^\ufeff|[\r\n]+$/g, '');
  if (secret === '') throw refuse(path, 'it is empty');
  return secret;
}

function refuse(path: string, reason: string): AgentError {
  return new AgentError('PC_FORWARD_SECRET', `secret file ${escapeForTerminal(path, 512)}: ${reason}`, {
    where: path,
  });
}
