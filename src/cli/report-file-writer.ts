import { writeFileSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';

/** Writes the page, readable by its owner only: it holds command lines. */
export function writeReportFile(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AgentError('PC_USAGE', `cannot write the report: ${why}`, { where: file, cause });
  }
}
