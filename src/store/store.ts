import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AgentError } from '../errors/index.ts';
import { migrations } from './migrations/index.ts';

export type Connection = Database.Database;

/** The agent's SQLite file: one writer, WAL, schema brought up to date when it is opened. */
export class Store {
  readonly path: string;
  /** For the modules of this room only: no other room writes SQL. */
  readonly connection: Connection;
  readonly #temporaryFolder: string | undefined;

  private constructor(path: string, temporaryFolder: string | undefined) {
    this.path = path;
    this.#temporaryFolder = temporaryFolder;
    this.connection = openConnection(path);
    this.connection.pragma('journal_mode = WAL');
    this.connection.pragma('synchronous = NORMAL');
    this.connection.pragma('foreign_keys = ON');
    this.connection.pragma('busy_timeout = 5000');
    migrate(this.connection, path);
  }

  /** Opens or creates the file. Throws `PC_STORE_OPEN` or `PC_STORE_NEWER`. */
  static open(path: string): Store {
    return new Store(path, undefined);
  }

  /** A store that is deleted when it is closed. */
  static openTemporary(): Store {
    const folder = mkdtempSync(join(tmpdir(), 'problemchild-'));
    return new Store(join(folder, 'state.db'), folder);
  }

  /** Runs `work` in one transaction: all of it is kept, or none. */
  transaction<T>(work: () => T): T {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.connection.close();
    if (this.#temporaryFolder !== undefined) rmSync(this.#temporaryFolder, { recursive: true, force: true });
  }
}

function openConnection(path: string): Connection {
  try {
    return new Database(path);
  } catch (cause) {
    throw new AgentError(
      'PC_STORE_OPEN',
      `cannot open the state file ${path} in ${dirname(path)}: ${reason(cause)}`,
      {
        where: path,
        cause,
      },
    );
  }
}

function migrate(connection: Connection, path: string): void {
  let version: number;
  try {
    version = connection.pragma('user_version', { simple: true }) as number;
  } catch (cause) {
    connection.close();
    throw new AgentError('PC_STORE_OPEN', `${path} is not a state file: ${reason(cause)}`, {
      where: path,
      cause,
    });
  }
  if (version > migrations.length) {
    connection.close();
    throw new AgentError(
      'PC_STORE_NEWER',
      `${path} has schema version ${version}; this agent knows versions up to ${migrations.length}`,
      { where: path },
    );
  }
  const run = connection.transaction(() => {
    for (const sql of migrations.slice(version)) connection.exec(sql);
    connection.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
