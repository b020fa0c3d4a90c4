import type { Readable } from 'node:stream';
import { AgentError } from '../errors/index.ts';

const maxBytes = 4 * 1024 * 1024;

/** All of standard input as text. For single documents: more than a few megabytes is refused. */
export async function readAll(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    length += bytes.length;
    if (length > maxBytes) throw new AgentError('PC_USAGE', 'standard input is too long for one document');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
