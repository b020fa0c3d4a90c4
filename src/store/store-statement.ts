import type Database from 'better-sqlite3';
import type { Connection } from './database.ts';

/** What runs statements, and mends the file under them. */
export interface StatementRunner {
  readonly database: Connection;
  /** Grows when the file is exchanged. */
  readonly generation: number;
  write(statement: StoreStatement<unknown[], unknown>, args: unknown[]): Database.RunResult;
  attempt<T>(action: () => T): T;
  noteDamage(error: unknown): void;
}

/** A statement that outlives the file it was prepared for: it is prepared anew where the file was exchanged. */
export class StoreStatement<Parameters extends unknown[], Row> {
  readonly sql: string;
  /** Of the outbox, whose writes are never given up. */
  readonly isLasting: boolean;
  readonly #connection: StatementRunner;
  #native: Database.Statement<unknown[], Row> | undefined;
  #generation = 0;
  #isPlucked = false;

  constructor(connection: StatementRunner, sql: string) {
    this.sql = sql;
    this.isLasting = /\boutbox/.test(sql);
    this.#connection = connection;
    // Prepared at once, so that a mistake in it shows where it was made.
    this.#prepare();
  }

  /** The first column of each row instead of the row. */
  pluck(): this {
    this.#isPlucked = true;
    this.#native?.pluck();
    return this;
  }

  run(...args: Parameters): Database.RunResult {
    return this.#connection.write(this as StoreStatement<unknown[], unknown>, args);
  }

  get(...args: Parameters): Row | undefined {
    return this.#connection.attempt(() => this.native.get(...args));
  }

  all(...args: Parameters): Row[] {
    return this.#connection.attempt(() => this.native.all(...args));
  }

  *iterate(...args: Parameters): Generator<Row> {
    try {
      yield* this.native.iterate(...args);
    } catch (error) {
      // The rows handed out cannot be taken back: the reader fails, and what comes next finds a sound file.
      this.#connection.noteDamage(error);
      throw error;
    }
  }

  /** The statement of the file that is open now. */
  get native(): Database.Statement<unknown[], Row> {
    if (this.#native === undefined || this.#generation !== this.#connection.generation)
      return this.#prepare();
    return this.#native;
  }

  #prepare(): Database.Statement<unknown[], Row> {
    const native = this.#connection.database.prepare<unknown[], Row>(this.sql);
    if (this.#isPlucked) native.pluck();
    this.#native = native;
    this.#generation = this.#connection.generation;
    return native;
  }
}
