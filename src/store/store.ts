import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, openDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';

export type { Connection } from './database.ts';

/** The agent's SQLite file: one writer, WAL, schema brought up to date when it is opened. */
export class Store {
  readonly path: string;
  /** For the modules of this room only: no other room writes SQL. */
  readonly connection: Connection;
  readonly #temporaryFolder: string | undefined;

  private constructor(path: string, temporaryFolder: string | undefined) {
    this.path = path;
    this.#temporaryFolder = temporaryFolder;
    this.connection = openDatabase(path, migrations);
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

  /** Runs `work` in one transaction: all of it is kept, or none. Inside another one it is part of that. */
  transaction<T>(work: () => T): T {
    if (this.connection.inTransaction) return work();
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
