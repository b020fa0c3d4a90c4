import type { StoreStatement } from './store-statement.ts';

type Statement = StoreStatement<unknown[], unknown>;

interface Write {
  readonly statement: Statement;
  readonly args: unknown[];
  readonly bytes: number;
}

/** What a write costs in memory besides its values. */
const writeBytes = 128;

/** What was written since the last commit, so that it can be written again after one that failed. */
export class WriteJournal {
  #writes: Write[] = [];
  #bytes = 0;
  #lastingBytes = 0;

  get length(): number {
    return this.#writes.length;
  }

  count(passes: (statement: Statement) => boolean): number {
    return this.#writes.filter(({ statement }) => passes(statement)).length;
  }

  /** Memory that the writes take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of writes to the outbox. */
  get lastingBytes(): number {
    return this.#lastingBytes;
  }

  add(statement: Statement, args: unknown[]): void {
    const bytes = args.reduce<number>((sum, value) => sum + sizeOf(value), writeBytes);
    this.#writes.push({ statement, args, bytes });
    this.#bytes += bytes;
    if (statement.isLasting) this.#lastingBytes += bytes;
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

  /** Writes everything again, in order. */
  replay(): void {
    for (const { statement, args } of this.#writes) statement.native.run(...args);
  }

  #set(writes: Write[]): void {
    this.#writes = writes;
    this.#bytes = sumOf(writes);
    this.#lastingBytes = sumOf(writes.filter(({ statement }) => statement.isLasting));
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length;
  return value instanceof Uint8Array ? value.byteLength : 8;
}

function sumOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { bytes }) => sum + bytes, 0);
}
