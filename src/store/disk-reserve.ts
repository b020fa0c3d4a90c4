import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Connection, writeBack } from './database.ts';
import { isStoreUnwritable } from './store-damage.ts';

/**
 * Room in the file and in its write-ahead log. The log is written back every thousand pages of 4 KB, so that it never
 * needs more than this; in the file it is enough for some hundred actions.
 */
const reserveBytes = 6 * 1_048_576;
/** What must be free on the disk before the reserve grows: a log that cannot be written back would grow into it. */
const growingBytes = 4 * reserveBytes;

/**
 * Room on the disk that is taken beforehand, so that a file can be written to when the disk is full: free pages in the
 * file itself, and a write-ahead log that has been this long before. SQLite gives neither back while the file is open.
 */
export class DiskReserve {
  readonly #connection: Connection;
  readonly #folder: string;
  readonly #onChange: (isWhole: boolean) => void;
  readonly #wantedPages: number;
  #isWhole = true;

  /** `onChange` is told when the disk has no room for it, and when there is room again. */
  constructor(connection: Connection, onChange: (isWhole: boolean) => void) {
    this.#connection = connection;
    this.#folder = dirname(connection.name);
    this.#onChange = onChange;
    this.#wantedPages = Math.ceil(reserveBytes / Number(connection.pragma('page_size', { simple: true })));
    this.#fill();
  }

  /** Not on the way to an act: it may write the whole reserve anew. Answers whether what can wait may be written. */
  tend(): boolean {
    const free = Number(this.#connection.pragma('freelist_count', { simple: true }));
    if (free < this.#wantedPages / 2 || !this.#isWhole) this.#fill();
    return this.#isWhole;
  }

  #fill(): void {
    const isWhole = this.#hasRoom() && this.#take();
    if (isWhole === this.#isWhole) return;
    this.#isWhole = isWhole;
    this.#onChange(isWhole);
  }

  #hasRoom(): boolean {
    try {
      const { bavail, bsize } = statfsSync(this.#folder);
      return bavail * bsize >= growingBytes;
    } catch {
      return false;
    }
  }

  /** Two transactions: pages that are freed in the one that took them are never written to the file. */
  #take(): boolean {
    try {
      this.#connection.exec('DELETE FROM reserve');
      this.#connection.prepare('INSERT INTO reserve (filler) VALUES (zeroblob(?))').run(reserveBytes);
      writeBack(this.#connection);
      this.#connection.exec('DELETE FROM reserve');
      writeBack(this.#connection);
      return true;
    } catch (error) {
      if (isStoreUnwritable(error)) return false;
      throw error;
    }
  }
}
