import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentError, messageOf } from '../errors/index.ts';
import { freeBytes, openDatabase } from './database.ts';
import type { StoreNotice } from './endurance.ts';
import { migrations } from './migrations/index.ts';
import { StoreConnection } from './store-connection.ts';
import { explainStoreFailure, moveAside } from './store-damage.ts';

/** What an agent that must not stop wants of its store; see {@link Store.endure}. */
export interface EnduranceOptions {
  readonly onNotice: (notice: StoreNotice) => void;
  /** The time of day, for the name of a file that is moved aside. */
  readonly nowMs: () => number;
  /** Most memory for what cannot be committed. */
  readonly maxBytes?: number;
  /** How often a commit is tried while commits fail. */
  readonly retryMs?: number;
}

const defaultMaxBytes = 67_108_864;
const defaultRetryMs = 5_000;
/** More than a pipeline keeps; the file may hold a large outbox besides. */
const mostRoomBytes = 536_870_912;

/** The agent's SQLite file: one writer, WAL, schema brought up to date when it is opened. */
export class Store {
  readonly path: string;
  /** For the modules of this room only: no other room writes SQL. */
  readonly connection: StoreConnection;
  /** Highest number that was given to a row of a table that counts its rows up. */
  readonly #highest = new Map<string, number>();
  readonly #temporaryFolder: string | undefined;
  /** Where the damaged file was moved to, until another has its place. */
  #aside: string | undefined;

  private constructor(path: string, temporaryFolder: string | undefined) {
    this.path = path;
    this.#temporaryFolder = temporaryFolder;
    const durability = temporaryFolder === undefined ? 'lasting' : 'temporary';
    this.connection = new StoreConnection(openDatabase(path, migrations, durability));
  }

  /** Opens or creates the file. Throws `PC_STORE_OPEN` or `PC_STORE_NEWER`. */
  static open(path: string): Store {
    return new Store(path, undefined);
  }

  static exists(path: string): boolean {
    return existsSync(path);
  }

  /** Opens the file of an agent and makes none: for commands that ask. Throws as {@link open}. */
  static openExisting(path: string): Store {
    if (!Store.exists(path)) {
      const what = `there is no state file ${path}: name the one of the agent with --state, or start the agent, which makes it`;
      throw new AgentError('PC_STORE_OPEN', what, { where: path });
    }
    return Store.open(path);
  }

  /** A store that is deleted when it is closed. Throws as {@link open}. */
  static openTemporary(): Store {
    const folder = makeTemporaryFolder();
    try {
      return new Store(join(folder, 'state.db'), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Runs `work` in one transaction: all of it is kept, or none. Inside another one it is part of that.
   * Throws `PC_STORE_FULL` where the disk takes no more, unless the store has to {@link endure} that.
   */
  transaction<T>(work: () => T): T {
    try {
      return this.connection.transaction(work);
    } catch (error) {
      throw explainStoreFailure(error, this.path);
    }
  }

  /**
   * From now on a full disk stops nobody: what is written waits in memory, where this store's readers see it, until it
   * can be committed. A file that turns out to be damaged is moved aside and a new one begun.
   */
  endure({ onNotice, nowMs, maxBytes, retryMs }: EnduranceOptions): void {
    this.connection.endure({
      onNotice,
      replace: () => this.#replace(nowMs()),
      nowMs: () => performance.now(),
      maxBytes: maxBytes ?? defaultMaxBytes,
      retryMs: retryMs ?? defaultRetryMs,
    });
  }

  /** Whether what is written waits in memory because it cannot be committed. */
  get isWaiting(): boolean {
    return this.connection.isWaiting;
  }

  /** Whether what was learnt is not written any more, because too much waited or the file was exchanged. */
  get lacksState(): boolean {
    return this.connection.lacksState;
  }

  /** Whether commits succeed, and the disk takes all of the state once more beside what is there. */
  get hasRoom(): boolean {
    if (this.isWaiting) return false;
    const wanted = Math.min(mostRoomBytes, 2 * (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0));
    return (freeBytes(this.path) ?? wanted) >= wanted;
  }

  /** Whoever writes what was learnt begins from the state that this store holds: it is written from now on. */
  acceptState(): void {
    this.connection.acceptState();
  }

  /** Rows of this table never get a number that was given before, not even in a file that takes the place of this one. */
  noteNumber(table: 'outbox', number: number): void {
    this.#highest.set(table, Math.max(number, this.#highest.get(table) ?? 0));
  }

  /** The highest number that {@link noteNumber} was told of. */
  highestNumber(table: 'outbox'): number {
    return this.#highest.get(table) ?? 0;
  }

  #replace(nowMs: number) {
    this.#aside ??= moveAside(this.path, nowMs);
    const path = this.#aside;
    const database = openDatabase(this.path, migrations);
    this.#aside = undefined;
    const insert = database.prepare<[string, number]>(
      'INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)',
    );
    for (const [table, number] of this.#highest) insert.run(table, number);
    return { database, path };
  }

  close(): void {
    this.connection.close();
    if (this.#temporaryFolder !== undefined) rmSync(this.#temporaryFolder, { recursive: true, force: true });
  }
}

function makeTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'problemchild-'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = messageOf(cause);
    throw new AgentError(
      code === 'ENOSPC' ? 'PC_STORE_FULL' : 'PC_STORE_OPEN',
      `no temporary state can be kept in ${tmpdir()}: ${why}; name a file with --state, or another folder with TMPDIR (Windows: TEMP)`,
      { where: tmpdir(), cause },
    );
  }
}
