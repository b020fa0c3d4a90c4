import Database from 'better-sqlite3';
import type { Store } from '../../src/store/index.ts';

/** Has SQLite fail as it does on a bad disk. */
export interface FailingDisk {
  /** Says with which code this BEGIN, COMMIT or ROLLBACK fails, if it does. */
  failure: (sql: string) => string | undefined;
}

/** Stands between a store and its file; a file that takes the place of that one is sound. */
export function failDiskOf({ connection: { database } }: Store): FailingDisk {
  const disk: FailingDisk = { failure: () => undefined };
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    const code = disk.failure(sql);
    if (code !== undefined) throw new Database.SqliteError(`${sql} failed`, code);
    return exec(sql);
  };
  return disk;
}

/** As on a full disk: nothing can be committed. */
export const full: FailingDisk['failure'] = (sql) => (sql === 'COMMIT' ? 'SQLITE_FULL' : undefined);
export const sound: FailingDisk['failure'] = () => undefined;
