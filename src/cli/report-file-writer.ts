import { writeFileSync } from 'node:fs';
import { AgentError, messageOf } from '../errors/index.ts';

/** Writes the page, readable by its owner only: it holds command lines. */
export function writeReportFile(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (cause) {
    const why = messageOf(cause);
    throw new AgentError('PC_USAGE', `cannot write the report: ${why}`, { where: file, cause });
  }
}
