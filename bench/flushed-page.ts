import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const pageBytes = 4_096;

/** What a disk takes for one page, so that a figure that rests on a flush can be read beside it. */
export class FlushedPage {
  readonly #file: number;
  readonly #page = Buffer.alloc(pageBytes, 1);

  constructor(folder: string) {
    this.#file = openSync(join(folder, 'flushed-page'), 'w', 0o600);
    // The first one makes the file longer, which is more than a flush.
    this.flush();
  }

  /** Writes the page over itself and has it flushed; ms. */
  flush(): number {
    const beginMs = performance.now();
    writeSync(this.#file, this.#page, 0, pageBytes, 0);
    fsyncSync(this.#file);
    return performance.now() - beginMs;
  }

  close(): void {
    closeSync(this.#file);
  }
}
