import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AgentError, messageOf } from '../errors/index.ts';
import { isStoreBusy, isStoreUnwritable } from './store-damage.ts';

export type Connection = Database.Database;

/**
 * Pages kept in memory. By itself the package lets each file have 16 MB, which a day's state and the documents of alerts
 * fill, and they are hardly read again; the system caches them as well.
 */
const cacheKiB = 1_024;

/** What stays of the write-ahead log after a large transaction; an ordinary one needs less. */
const logBytes = 16_777_216;

/** `lasting` outlives a crash; `temporary` is deleted by whoever opened it, so nothing waits for the disk. */
export type Durability = 'lasting' | 'temporary';

/**
 * Opens or creates a file of this agent and brings its schema up to date; `migrations` holds the SQL of each
 * version in order. On a full disk a file that is up to date is opened all the same, for this process alone: the
 * memory that processes share would be a file, for which there is no room.
 *
 * @throws AgentError PC_STORE_OPEN, PC_STORE_NEWER, or PC_STORE_FULL where it would have to be written
 */
export function openDatabase(
  path: string,
  migrations: readonly string[],
  durability: Durability = 'lasting',
): Connection {
  try {
    return open(path, migrations, durability);
  } catch (error) {
    if (isStoreBusy(error)) throw cannotOpen(path, error);
    if (!isStoreUnwritable(error)) throw error;
    if (!isDiskFull(path)) throw cannotOpen(path, error);
  }
  try {
    return open(path, migrations, durability, 'alone');
  } catch (cause) {
    if (!isStoreUnwritable(cause)) throw cause;
    const what = `there is no room on the disk for the state file ${path}: free some megabytes in ${dirname(path)}`;
    throw new AgentError('PC_STORE_FULL', what, { where: path, cause });
  }
}

function open(
  path: string,
  migrations: readonly string[],
  durability: Durability,
  use?: 'alone',
): Connection {
  const connection = connect(path);
  try {
    if (use === 'alone') connection.pragma('locking_mode = EXCLUSIVE');
    prepare(connection, path, migrations, durability);
    return connection;
  } catch (error) {
    connection.close();
    if (error instanceof AgentError || isStoreUnwritable(error)) throw error;
    throw new AgentError('PC_STORE_OPEN', `${path} is not a state file: ${messageOf(error)}`, {
      where: path,
      cause: error,
    });
  }
}

function prepare(
  connection: Connection,
  path: string,
  migrations: readonly string[],
  durability: Durability,
): void {
  refuseForeign(connection);
  connection.pragma(`journal_mode = ${durability === 'lasting' ? 'WAL' : 'MEMORY'}`);
  connection.pragma(`synchronous = ${durability === 'lasting' ? 'NORMAL' : 'OFF'}`);
  connection.pragma(`cache_size = -${cacheKiB}`);
  connection.pragma(`journal_size_limit = ${logBytes}`);
  connection.pragma('foreign_keys = ON');
  connection.pragma('busy_timeout = 5000');
  migrate(connection, path, migrations);
}

/** Less than a write-ahead log begins with. */
const noRoomBytes = 1_048_576;

function isDiskFull(path: string): boolean {
  return (freeBytes(path) ?? noRoomBytes) < noRoomBytes;
}

/** What the disk under a file has left; `undefined` where it does not say. */
export function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function connect(path: string): Connection {
  try {
    return new Database(path);
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

function cannotOpen(path: string, cause: unknown): AgentError {
  const what = `cannot open the state file ${path} in ${dirname(path)}: ${messageOf(cause)}`;
  return new AgentError('PC_STORE_OPEN', what, { where: path, cause });
}

/** Some other program's file is not written to: it may be evidence. */
function refuseForeign(connection: Connection): void {
  const isVersioned = () => connection.pragma('user_version', { simple: true }) !== 0;
  if (isVersioned() || connection.prepare('SELECT 1 FROM sqlite_schema').get() === undefined) return;
  // Another process of ours may have made them in between.
  if (!isVersioned()) throw new Error('another program made its tables');
}

function migrate(connection: Connection, path: string, migrations: readonly string[]): void {
  const readVersion = (): number => connection.pragma('user_version', { simple: true }) as number;
  const version = readVersion();
  if (version > migrations.length) {
    throw new AgentError(
      'PC_STORE_NEWER',
      `${path} has schema version ${version}; this agent knows versions up to ${migrations.length}`,
      { where: path },
    );
  }
  // Nothing to do is nothing to write: an agent starts on a full disk as well.
  if (version === migrations.length) return;
  const run = connection.transaction(() => {
    // Another process may have opened the same file meanwhile, and brought it up to date.
    for (const sql of migrations.slice(readVersion())) connection.exec(sql);
    connection.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

/** Puts the write-ahead log into the file as far as readers allow; on a full disk it stays a log. */
export function writeBack(connection: Connection): void {
  try {
    connection.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!isStoreUnwritable(error)) throw error;
  }
}
