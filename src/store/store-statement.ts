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

/**
 * What a write may become in the journal once another one of the same statement and key follows: it is left out
 * (`overwrite`), or the later one takes its place (`extend`).
 */
type Succession = 'overwrite' | 'extend';

/** A statement that outlives the file it was prepared for: it is prepared anew where the file was exchanged. */
export class StoreStatement<Parameters extends unknown[], Row> {
  readonly sql: string;
  /** Of the outbox, whose writes are never given up. */
  readonly isLasting: boolean;
  readonly #connection: StatementRunner;
  #native: Database.Statement<unknown[], Row> | undefined;
  #generation = 0;
  #isPlucked = false;
  #succession: Succession | undefined;
  #keyOf: (...args: Parameters) => readonly unknown[] = () => [];
  #isSpent: (...args: Parameters) => boolean = () => false;

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

  /** A later write with the same key leaves nothing of what an earlier one wrote, whatever came in between. */
  overwriting(keyOf: (...args: Parameters) => readonly unknown[]): this {
    this.#succession = 'overwrite';
    this.#keyOf = keyOf;
    return this;
  }

  /** For what removes rows: a later write with the same key removes all that an earlier one did, and nothing that stays. */
  extending(keyOf: (...args: Parameters) => readonly unknown[]): this {
    this.#succession = 'extend';
    this.#keyOf = keyOf;
    return this;
  }

  /** A write of which this says so left nothing that is still there. */
  spentWhere(isSpent: (...args: Parameters) => boolean): this {
    this.#isSpent = isSpent;
    return this;
  }

  get succession(): Succession | undefined {
    return this.#succession;
  }

  /** The same for all statements of the same text. */
  keyOf(args: Parameters): string {
    return `${this.sql}\n${JSON.stringify(this.#keyOf(...args))}`;
  }

  isSpent(args: Parameters): boolean {
    return this.#isSpent(...args);
  }

  run(...args: Parameters): Database.RunResult {
    return this.#connection.write(this as unknown as StoreStatement<unknown[], unknown>, args);
  }

  get(...args: Parameters): Row | undefined {
    return this.#connection.attempt(() => this.native.get(...args));
  }

  all(...args: Parameters): Row[] {
    return this.#connection.attempt(() => this.native.all(...args));
  }

  *iterate(...args: Parameters): Generator<Row> {
    try {
      yield* this.#connection.attempt(() => this.native).iterate(...args);
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
