import { writeFileSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';

/** Writes an archive that must not be there yet, readable by its owner only. @throws AgentError PC_USAGE */
export function writeArchiveFile(file: string, archive: Buffer): void {
  try {
    writeFileSync(file, archive, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? `${file} is there already` : message;
    throw new AgentError('PC_USAGE', `cannot write the archive: ${why}`, { where: file, cause });
  }
}
