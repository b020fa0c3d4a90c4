import { existsSync } from 'node:fs';
import type {
  Action,
  ActionEnd,
  Hold,
  IsolationChange,
  IsolationJournal,
  Override,
  PersonCommand,
  ResponseJournal,
  Spent,
  StandDown,
  StandingIsolation,
} from '../response/index.ts';
import { actionToEcs, commandToEcs, isolationToEcs, userKey } from '../response/index.ts';
import { openDatabase, writeBack } from './database.ts';
import { DiskReserve } from './disk-reserve.ts';
import { JournalBounds, type JournalLimits } from './journal-bounds.ts';
import { response } from './migrations/response-0001-core.ts';
import { responseCommand } from './migrations/response-0002-command.ts';
import { responseIsolation } from './migrations/response-0003-isolation.ts';
import { responseReserve } from './migrations/response-0004-reserve.ts';
import { SpentActions } from './spent-actions.ts';
import { Store } from './store.ts';

type Finished = Action & { readonly end: ActionEnd };

/** Sooner than SQLite would write its log back by itself, within a write that an act waits for: at a thousand pages. */
const finishedPerCheckpoint = 16;
const recordedPerCheckpoint = 160;

/** What a row of each table looks like on the wire. */
const writers = {
  action: (row: unknown) => actionToEcs(row as Action),
  command: (row: unknown) => commandToEcs(row as PersonCommand),
  isolation: (row: unknown) => isolationToEcs(row as IsolationChange),
} as const;

/**
 * A journal is made beside an agent's state only: a path that was mistyped, or another program's file, has none.
 * @throws AgentError PC_STORE_OPEN, PC_STORE_NEWER
 */
export function assertHasJournal(stateFile: string): void {
  if (!existsSync(responseFileOf(stateFile))) Store.openExisting(stateFile).close();
}

/** Where the journal of a state file is. */
export function responseFileOf(stateFile: string): string {
  return `${stateFile.replace(/\.(?:db|sqlite3?)$/i, '')}.response.db`;
}

/** The journal in SQLite: what precedes an act on a process is flushed to the disk before the call returns. */
export class ResponseJournalFile implements ResponseJournal, IsolationJournal {
  readonly path: string;
  readonly #connection;
  readonly #insert;
  readonly #has;
  readonly #select;
  readonly #update;
  readonly #open;
  readonly #spent;
  readonly #all;
  readonly #insertCommand;
  readonly #insertIsolation;
  readonly #lastIsolation;
  readonly #upsertHold;
  readonly #deleteHold;
  readonly #holds;
  readonly #getStanding;
  readonly #setStanding;
  readonly #deleteStanding;
  readonly #bounds: JournalBounds;
  #isDurable = true;
  #reserve: DiskReserve | undefined;
  /** The share of a checkpoint that is due. */
  #due = 0;

  /** Opens or creates the file. @throws AgentError PC_STORE_OPEN or PC_STORE_NEWER */
  constructor(path: string, limits?: JournalLimits) {
    this.path = path;
    const connection = openDatabase(path, [response, responseCommand, responseIsolation, responseReserve]);
    connection.pragma('synchronous = FULL');
    this.#connection = connection;
    this.#insert = connection.prepare<[string, string, number, string, string, number, number, string]>(
      `INSERT INTO action (id, verb, at_ms, user, image, is_spent, is_open, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    );
    this.#has = connection.prepare<[string], number>('SELECT 1 FROM action WHERE id = ?').pluck();
    this.#select = connection
      .prepare<[string], string>('SELECT document FROM action WHERE id = ? AND is_open = 1')
      .pluck();
    this.#update = connection.prepare<[string, string]>(
      'UPDATE action SET is_open = 0, document = ? WHERE id = ? AND is_open = 1',
    );
    this.#open = connection
      .prepare<[], string>('SELECT document FROM action WHERE is_open = 1 ORDER BY seq')
      .pluck();
    this.#spent = new SpentActions(connection);
    this.#all = connection.prepare<
      [{ readonly sinceMs: number }],
      { readonly kind: keyof typeof writers; readonly document: string }
    >(
      `SELECT 'action' AS kind, at_ms, seq, document FROM action WHERE at_ms >= :sinceMs
       UNION ALL SELECT 'command', at_ms, seq, document FROM command WHERE at_ms >= :sinceMs
       UNION ALL SELECT 'isolation', at_ms, seq, document FROM isolation_change WHERE at_ms >= :sinceMs
       ORDER BY 2, 1, 3`,
    );
    this.#insertCommand = connection.prepare<[number, string]>(
      'INSERT INTO command (at_ms, document) VALUES (?, ?)',
    );
    this.#insertIsolation = connection.prepare<[number, number, string]>(
      'INSERT INTO isolation_change (at_ms, is_spent, document) VALUES (?, ?, ?)',
    );
    this.#lastIsolation = connection
      .prepare<[], number | null>('SELECT max(at_ms) FROM isolation_change WHERE is_spent = 1')
      .pluck();
    this.#upsertHold = connection.prepare<[string, string]>(
      'INSERT INTO hold (id, document) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document',
    );
    this.#deleteHold = connection.prepare<[string]>('DELETE FROM hold WHERE id = ?');
    this.#holds = connection.prepare<[], string>('SELECT document FROM hold ORDER BY id').pluck();
    this.#getStanding = connection
      .prepare<[string], string>('SELECT document FROM standing WHERE name = ?')
      .pluck();
    this.#setStanding = connection.prepare<[string, string]>(
      'INSERT INTO standing (name, document) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET document = excluded.document',
    );
    this.#deleteStanding = connection.prepare<[string]>('DELETE FROM standing WHERE name = ?');
    this.#bounds = new JournalBounds(connection, limits);
    this.#bounds.begin();
  }

  /**
   * From now on there is room for some hundred actions when the disk is full. `onChange` is told when there is not, and
   * when there is again.
   */
  keepReserve(onChange: (isWhole: boolean) => void): void {
    this.#reserve = new DiskReserve(this.#connection, onChange);
  }

  begin(action: Action, holds: readonly Hold[] = []): boolean {
    return this.#atOnce(() => {
      if (!this.#write(action, true, action.by === 'agent' && action.verb !== 'resume')) return false;
      for (const hold of holds) this.#upsertHold.run(hold.id, JSON.stringify(hold));
      return true;
    });
  }

  has(id: string): boolean {
    return this.#has.get(id) !== undefined;
  }

  finish(id: string, end: ActionEnd, released: readonly string[] = []): void {
    this.#atOnce(() => {
      const document = this.#select.get(id);
      if (document !== undefined) {
        this.#update.run(JSON.stringify({ ...(JSON.parse(document) as Action), end }), id);
      }
      for (const each of released) this.#deleteHold.run(each);
    });
    this.#writeBackAfter(1 / finishedPerCheckpoint);
    this.#reserve?.tend();
  }

  record(action: Finished): boolean {
    // Refusals may come in floods, and nothing hangs on one that a power failure takes.
    this.#flushAlways(false);
    // On a full disk what room there is belongs to what is done; what was not done is still told.
    if (this.#reserve?.tend() === false) return true;
    const isNew = this.#write(action, false, false);
    this.#writeBackAfter(1 / recordedPerCheckpoint);
    return isNew;
  }

  unfinished(): Action[] {
    return this.#open.all().map((document) => JSON.parse(document) as Action);
  }

  spentSince(timeMs: number): Spent[] {
    return this.#spent.since(timeMs);
  }

  hold(hold: Hold): void {
    this.#flushAlways(true);
    this.#upsertHold.run(hold.id, JSON.stringify(hold));
  }

  release(id: string): void {
    this.#flushAlways(true);
    this.#deleteHold.run(id);
  }

  holds(): Hold[] {
    return this.#holds.all().map((document) => JSON.parse(document) as Hold);
  }

  get standDown(): StandDown | undefined {
    return this.#get<StandDown>('stand-down');
  }

  set standDown(value: StandDown | undefined) {
    this.#set('stand-down', value);
  }

  get override(): Override | undefined {
    return this.#get<Override>('override');
  }

  set override(value: Override | undefined) {
    this.#set('override', value);
  }

  get countedFromMs(): number {
    return this.#get<number>('counted-from') ?? 0;
  }

  set countedFromMs(value: number) {
    this.#set('counted-from', value);
  }

  note(command: PersonCommand): void {
    this.#flushAlways(true);
    this.#insertCommand.run(command.atMs, JSON.stringify(command));
  }

  get isolation(): StandingIsolation | undefined {
    return this.#get<StandingIsolation>('isolation');
  }

  set isolation(value: StandingIsolation | undefined) {
    this.#set('isolation', value);
  }

  noteIsolation(change: IsolationChange): void {
    this.#flushAlways(true);
    const { action, by, refusals, outcome, atMs } = change;
    const isSpent =
      action === 'host-isolated' && by === 'agent' && refusals.length === 0 && outcome !== 'unknown';
    this.#insertIsolation.run(atMs, Number(isSpent), JSON.stringify(change));
  }

  get lastIsolationMs(): number | undefined {
    return this.#lastIsolation.get() ?? undefined;
  }

  /** The documents of all actions, commands and changes of the isolation from a time on as JSON, by time. */
  *documents(sinceMs = 0): Generator<string> {
    for (const { kind, document } of this.#all.iterate({ sinceMs })) {
      yield JSON.stringify(writers[kind](JSON.parse(document)));
    }
  }

  close(): void {
    this.#connection.close();
  }

  /** One transaction is one flush of the disk. */
  #atOnce<T>(work: () => T): T {
    this.#flushAlways(true);
    return this.#connection.transaction(work).immediate();
  }

  /** After what nobody waits for; on the way to an act somebody would. */
  #writeBackAfter(share: number): void {
    this.#due += share;
    if (this.#due < 1) return;
    this.#due = 0;
    this.#flushAlways(false);
    this.#bounds.tend();
    writeBack(this.#connection);
  }

  #write(action: Action, isOpen: boolean, isSpent: boolean): boolean {
    const { id, verb, atMs, subject } = action;
    const { changes } = this.#insert.run(
      id,
      verb,
      atMs,
      userKey(subject.user),
      subject.image,
      Number(isSpent),
      Number(isOpen),
      JSON.stringify(action),
    );
    return changes === 1;
  }

  #get<T>(name: string): T | undefined {
    const document = this.#getStanding.get(name);
    return document === undefined ? undefined : (JSON.parse(document) as T);
  }

  #set(name: string, value: unknown): void {
    this.#flushAlways(true);
    if (value === undefined) this.#deleteStanding.run(name);
    else this.#setStanding.run(name, JSON.stringify(value));
  }

  #flushAlways(isDurable: boolean): void {
    if (this.#isDurable === isDurable) return;
    this.#connection.pragma(`synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
    this.#isDurable = isDurable;
  }
}
