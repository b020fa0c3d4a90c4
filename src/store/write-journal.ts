import type { StoreStatement } from './store-statement.ts';

type Statement = StoreStatement<unknown[], unknown>;

interface Write {
  readonly statement: Statement;
  readonly args: unknown[];
  readonly bytes: number;
}

/** What a write costs in memory besides its values. */
const writeBytes = 128;
/** What makes writes of rows needless. */
const removal = /^DELETE FROM outbox /;
/** The journal is gone through when so many rows were removed, as a share of its writes. */
const removedShare = 0.05;

/** What was written since the last commit, so that it can be written again after one that failed. */
export class WriteJournal {
  #writes: Write[] = [];
  #bytes = 0;
  #lastingBytes = 0;
  /** Lasting ones, after {@link compact}. */
  #compactBytes = 0;
  /** Rows of the outbox that were removed since then. */
  #removed = 0;

  get length(): number {
    return this.#writes.length;
  }

  /** How many writes of this text left something that is still there. */
  count(sql: string): number {
    return this.#writes.filter(({ statement, args }) => statement.sql === sql && !statement.isSpent(args))
      .length;
  }

  /** Memory that the writes take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of writes to the outbox. */
  get lastingBytes(): number {
    return this.#lastingBytes;
  }

  /** @param changes rows that the write changed */
  add(statement: Statement, args: unknown[], changes: number): void {
    const bytes = args.reduce<number>((sum, value) => sum + sizeOf(value), writeBytes);
    this.#writes.push({ statement, args, bytes });
    this.#bytes += bytes;
    if (statement.isLasting) this.#lastingBytes += bytes;
    if (removal.test(statement.sql)) this.#removed += changes;
  }

  /** Forgets what was written after the first `count`. */
  cut(count: number): void {
    this.#set(count === 0 ? [] : this.#writes.slice(0, count));
  }

  /** Forgets what does not pass; returns how many. */
  keep(passes: (statement: Statement) => boolean): number {
    const before = this.#writes.length;
    this.#set(this.#writes.filter(({ statement }) => passes(statement)));
    return before - this.#writes.length;
  }

  /**
   * Forgets what later writes made needless, where writes to the outbox have grown by this much since the last time or
   * enough rows were removed: a queue that empties as fast as it fills takes no memory. What is left leads to the same
   * tables.
   */
  compact(grownBytes: number): void {
    const hasGrown = this.#lastingBytes >= this.#compactBytes + grownBytes;
    const hasEmptied = this.#removed > 0 && this.#removed >= this.#writes.length * removedShare;
    if (!hasGrown && !hasEmptied) return;
    const latest = new Map<string, Write>();
    for (const write of this.#writes) {
      if (write.statement.succession !== undefined) latest.set(write.statement.keyOf(write.args), write);
    }
    this.#set(
      this.#writes.flatMap((write): Write | [] => {
        const { statement, args } = write;
        if (statement.succession === undefined) return write;
        const key = statement.keyOf(args);
        const last = latest.get(key);
        if (statement.succession === 'extend') {
          latest.delete(key);
          return last ?? [];
        }
        return last === write && !statement.isSpent(args) ? write : [];
      }),
    );
    this.#compactBytes = this.#lastingBytes;
    this.#removed = 0;
  }

  /** Writes everything again, in order. */
  replay(): void {
    for (const { statement, args } of this.#writes) statement.native.run(...args);
  }

  #set(writes: Write[]): void {
    this.#writes = writes;
    this.#bytes = sumOf(writes);
    this.#lastingBytes = sumOf(writes.filter(({ statement }) => statement.isLasting));
    this.#compactBytes = Math.min(this.#compactBytes, this.#lastingBytes);
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  return value instanceof Uint8Array ? value.byteLength : 8;
}

function sumOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { bytes }) => sum + bytes, 0);
}
