import { existsSync, renameSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';

/** Codes of SQLite, found on its errors and on what was made of them. */
function sqliteCode(error: unknown): string {
  if (error instanceof AgentError) return sqliteCode(error.cause);
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Whether a write failed because of the disk: what was read before is sound, and writing may work later. */
export function isStoreUnwritable(error: unknown): boolean {
  // Where SQLite cannot grow its log or its shared memory, it reports the failed write and not the full disk.
  return /^SQLITE_(?:FULL|IOERR|READONLY)/.test(sqliteCode(error));
}

/** Whether another process has the file for itself. */
export function isStoreBusy(error: unknown): boolean {
  return /^SQLITE_BUSY/.test(sqliteCode(error));
}

/** Whether the file itself is damaged or no SQLite file. */
export function isStoreDamaged(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(sqliteCode(error));
}

/** Whether the store failed, and not what was to be written to it or was read from it. */
export function isOfStore(error: unknown): boolean {
  if (error instanceof AgentError) return error.code.startsWith('PC_STORE_');
  return sqliteCode(error).startsWith('SQLITE_');
}

/** What SQLite says of the file at `path`, as an error that names it; any other error as it is. */
export function explainStoreFailure(error: unknown, path: string): unknown {
  if (error instanceof AgentError || !(error instanceof Error)) return error;
  const options = { where: path, cause: error };
  if (/^SQLITE_READONLY/.test(sqliteCode(error))) {
    return new AgentError('PC_STORE_OPEN', `this account may not write the state file ${path}`, options);
  }
  if (isStoreUnwritable(error)) {
    return new AgentError(
      'PC_STORE_FULL',
      `the state file ${path} cannot be written: ${error.message}`,
      options,
    );
  }
  if (isStoreDamaged(error)) {
    return new AgentError('PC_STORE_OPEN', `the state file ${path} is damaged: ${error.message}`, options);
  }
  return error;
}

/** Moves a file aside, its log with it; returns its new path. It must not be open in this process. */
export function moveAside(path: string, nowMs: number): string {
  const aside = findFreeName(`${path}.damaged-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`);
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

function findFreeName(wanted: string): string {
  let name = wanted;
  for (let count = 2; existsSync(name); count++) name = `${wanted}-${count}`;
  return name;
}
