import Database from 'better-sqlite3';
import type { Store } from '../../src/store/index.ts';

/** Has SQLite fail as it does on a bad disk. */
export interface FailingDisk {
  /** Says with which code this BEGIN, COMMIT, ROLLBACK or writing statement fails, if it does. */
  failure: (sql: string) => string | undefined;
}

/**
 * Stands between a store and its file, for statements that are prepared from now on. A file that takes the place of that
 * one is sound.
 */
export function failDiskOf({ connection: { database } }: Store): FailingDisk {
  const disk: FailingDisk = { failure: () => undefined };
  function attempt<T>(sql: string, action: () => T): T {
    const code = disk.failure(sql);
    if (code !== undefined) throw new Database.SqliteError(`${sql} failed`, code);
    return action();
  }
  const exec = database.exec.bind(database);
  database.exec = (sql) => attempt(sql, () => exec(sql));
  const prepare: (sql: string) => Database.Statement = database.prepare.bind(database);
  const failing = (sql: string): Database.Statement => {
    const statement = prepare(sql);
    const run = statement.run.bind(statement);
    return Object.assign(statement, { run: (...args: unknown[]) => attempt(sql, () => run(...args)) });
  };
  Object.assign(database, { prepare: failing });
  return disk;
}

/** As on a full disk: nothing can be committed. */
export const full: FailingDisk['failure'] = (sql) => (sql === 'COMMIT' ? 'SQLITE_FULL' : undefined);
export const sound: FailingDisk['failure'] = () => undefined;
