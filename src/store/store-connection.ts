import type Database from 'better-sqlite3';
import { messageOf } from '../errors/index.ts';
import type { Connection } from './database.ts';
import type { Endurance, StoreNotice } from './endurance.ts';
import { isStoreDamaged, isStoreUnwritable } from './store-damage.ts';
import { type StatementRunner, StoreStatement } from './store-statement.ts';
import { WriteJournal } from './write-journal.ts';

/** What people look up, and where the source goes on. The rest is what the agent has learnt, and can learn again. */
const lookedUp = /\b(?:alert|incident|bookmark)\b/;

/** The journal is gone through at the latest when the outbox's writes have taken this share of the memory more. */
const compactedShare = 0.05;

const nothingWritten: Database.RunResult = { changes: 0, lastInsertRowid: 0 };

/** Whether a write means something without the state that was written before. */
function standsAlone({ isLasting, sql }: { readonly isLasting: boolean; readonly sql: string }): boolean {
  return isLasting || lookedUp.test(sql);
}

/**
 * A SQLite connection that goes on where its disk is full or its file gets damaged, once {@link endure} says how.
 *
 * While commits fail, the transaction stays open: readers of this connection see everything, nothing is lost but by a
 * crash (and then the source is read again from its last committed bookmark), and now and then a commit is tried.
 * SQLite rolls a failed transaction back, so every write since the last commit is kept in a journal and written again.
 */
export class StoreConnection implements StatementRunner {
  #database: Connection;
  #generation = 0;
  #endurance: Endurance | undefined;
  readonly #journal = new WriteJournal();
  /** A commit failed, and the transaction is kept open. */
  #isWaiting = false;
  /** What waits is in the journal alone, or in part in the transaction that is open: beginning it anew failed. */
  #isTorn = false;
  #isInside = false;
  #triedMs = 0;
  #damage: unknown;
  /** Writes given up since commits fail. */
  #givenUp = 0;
  /** What was learnt is not written: the file holds it as it was before some of it was given up. */
  #lacksState = false;
  /** The file was exchanged within the transaction that is open. */
  #isReplaced = false;
  #notices: StoreNotice[] = [];

  constructor(database: Connection) {
    this.#database = database;
  }

  get database(): Connection {
    return this.#database;
  }

  /** Grows when the file is exchanged. */
  get generation(): number {
    return this.#generation;
  }

  /** How full the memory for uncommitted writes of the outbox is, from 0 to 1; 0 while commits succeed. */
  get strain(): number {
    if (!this.#isWaiting || this.#endurance === undefined) return 0;
    return Math.min(1, this.#journal.lastingBytes / (this.#endurance.maxBytes / 2));
  }

  /** Whether commits fail, and what is written waits in memory. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Whether what was learnt is not written, because the file does not hold what it builds upon. */
  get lacksState(): boolean {
    return this.#lacksState;
  }

  /** What is written from now on builds upon the state that the file holds. */
  acceptState(): void {
    this.#lacksState = false;
  }

  /** How many writes of a statement wait for a commit and left something that is still there, while commits fail. */
  countWaiting({ sql }: { readonly sql: string }): number {
    return this.#isWaiting ? this.#journal.count(sql) : 0;
  }

  prepare<Parameters extends unknown[], Row = unknown>(sql: string): StoreStatement<Parameters, Row> {
    return new StoreStatement<Parameters, Row>(this, sql);
  }

  pragma(text: string, options?: Database.PragmaOptions): unknown {
    return this.#database.pragma(text, options);
  }

  /** From now on a full disk or a damaged file is no reason to fail. */
  endure(endurance: Endurance): void {
    this.#endurance = endurance;
    this.#prepareToEndure();
  }

  /** All of `work` is kept, or none. Inside another one it is part of that. */
  transaction<T>(work: () => T): T {
    if (this.#isInside) return work();
    this.#begin();
    const before = this.#journal.length;
    this.#isInside = true;
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#isInside = false;
      this.#undo(before);
      throw error;
    }
    this.#isInside = false;
    this.#settle();
    return result;
  }

  /** Runs a writing statement, in a transaction of its own where there is none. */
  write(statement: StoreStatement<unknown[], unknown>, args: unknown[]): Database.RunResult {
    if (this.#endurance === undefined) return statement.native.run(...args);
    if (!this.#isInside) return this.transaction(() => this.write(statement, args));
    if (this.#lacksState && !standsAlone(statement)) {
      this.#givenUp++;
      return nothingWritten;
    }
    const result = this.attempt(() => statement.native.run(...args));
    // What changed nothing has nothing to write again.
    if (result.changes > 0) this.#journal.add(statement, args, result.changes);
    return result;
  }

  /** Runs what touches the file; where the file is at fault, mends that and runs it once more. */
  attempt<T>(action: () => T): T {
    if (this.#endurance === undefined) return action();
    try {
      this.#recover();
      return action();
    } catch (error) {
      this.#mend(error);
      const result = action();
      if (!this.#isInside) this.#tell();
      return result;
    }
  }

  /** The next transaction begins with a sound file, if this error says that the file is damaged. */
  noteDamage(error: unknown): void {
    if (isStoreDamaged(error)) this.#damage = error;
  }

  close(): void {
    // Where it fails, the bookmark was not committed either: the next run raises everything again under the same ids.
    if (this.#isWaiting) {
      ignoreFailure(() => {
        this.#recover();
        this.#database.exec('COMMIT');
      });
    }
    this.#database.close();
  }

  #begin(): void {
    if (this.#damage !== undefined && this.#endurance !== undefined) this.#replace(this.#damage);
    if (this.#isTorn) this.attempt(() => undefined);
    if (this.#database.inTransaction) return;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (this.#endurance === undefined || !isStoreDamaged(error)) throw error;
      this.#replace(error);
    }
  }

  /** Back to the first `before` writes. */
  #undo(before: number): void {
    this.#journal.cut(before);
    // Where it fails, the next one begins with it; the caller learns why this one failed.
    if (this.#isWaiting) ignoreFailure(() => this.#resume());
    else if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    this.#tell();
  }

  #settle(): void {
    if (this.#endurance === undefined) {
      this.#commit();
      return;
    }
    try {
      this.#keep(this.#endurance);
    } catch (error) {
      // Where it is to be written again it is not lost: the next transaction begins with it.
      if (!this.#isTorn) {
        this.#journal.cut(0);
        throw error;
      }
    }
    this.#tell();
  }

  /** Commits what was written, or keeps it in what waits. */
  #keep({ nowMs, retryMs, maxBytes }: Endurance): void {
    this.#recover();
    if (this.#isReplaced) {
      // State that builds upon what was lost would not be understood by who reads the new file.
      this.#isReplaced = false;
      this.#lacksState = true;
      this.#journal.keep(standsAlone);
      this.#resume();
    }
    if (!this.#isWaiting || nowMs() - this.#triedMs >= retryMs) {
      try {
        this.#commit();
        this.#journal.cut(0);
        if (this.#isWaiting) this.#notices.push({ kind: 'writable', givenUp: this.#givenUp });
        this.#isWaiting = false;
        this.#givenUp = 0;
      } catch (error) {
        this.#mend(error);
      }
    }
    if (this.#isWaiting) this.#journal.compact(maxBytes * compactedShare);
    this.#shed(maxBytes / 2);
  }

  #commit(): void {
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#isTorn = this.#isWaiting;
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Begins the transaction anew, with everything that was written, and keeps it open; a damaged file is replaced before. */
  #mend(error: unknown): void {
    if (isStoreDamaged(error)) {
      this.#replace(error);
    } else if (isStoreUnwritable(error)) {
      if (!this.#isWaiting) this.#notices.push({ kind: 'unwritable', error });
      this.#isWaiting = true;
      this.#resume();
      this.#triedMs = this.#endurance?.nowMs() ?? 0;
    } else {
      throw error;
    }
  }

  #replace(error: unknown): void {
    const { endurance, database } = { endurance: this.#endurance, database: this.#database };
    if (endurance === undefined) throw error;
    this.#damage = error;
    this.#isTorn = true;
    // Open until the next commit, as when the disk is full.
    this.#isWaiting = true;
    database.close();
    const { database: next, path } = endurance.replace();
    this.#damage = undefined;
    this.#database = next;
    this.#generation++;
    this.#prepareToEndure();
    const reason = messageOf(error);
    this.#notices.push({ kind: 'damaged', path, reason });
    this.#isReplaced = true;
    this.#triedMs = Number.NEGATIVE_INFINITY;
    this.#resume();
  }

  #resume(): void {
    this.#isTorn = true;
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    this.#database.exec('BEGIN IMMEDIATE');
    this.#journal.replay();
    this.#isTorn = false;
  }

  #recover(): void {
    if (!this.#isTorn) return;
    if (this.#damage === undefined) this.#resume();
    else this.#replace(this.#damage);
  }

  /**
   * Keeps what waits within its memory; the outbox keeps itself within its half, by {@link strain}. What was learnt is
   * given up as a whole, with all that would follow: the file never holds a part of it, only what it was at some time.
   */
  #shed(mostBytes: number): void {
    const journal = this.#journal;
    if (!this.#isWaiting || journal.bytes - journal.lastingBytes <= mostBytes) return;
    let writes = journal.keep(standsAlone);
    this.#lacksState = true;
    if (journal.bytes - journal.lastingBytes > mostBytes / 2) {
      writes += journal.keep(({ isLasting }) => isLasting);
    }
    this.#givenUp += writes;
    this.#notices.push({ kind: 'given up', writes });
    this.#resume();
  }

  /** Pages stay in memory until a commit, and so do undo logs: only a commit can find the disk full. */
  #prepareToEndure(): void {
    this.#database.pragma('cache_spill = OFF');
    this.#database.pragma('temp_store = MEMORY');
  }

  /** Outside of any transaction, because who is told may write. */
  #tell(): void {
    if (this.#isTorn) return;
    const notices = this.#notices;
    this.#notices = [];
    for (const notice of notices) this.#endurance?.onNotice(notice);
  }
}

function ignoreFailure(action: () => void): void {
  try {
    action();
  } catch {
    // Nothing more can be done about it.
  }
}
