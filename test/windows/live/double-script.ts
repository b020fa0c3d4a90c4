import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFolder } from './open-test-library.ts';

/** A double of ETW or of the event log, and the script it plays; see native/doubles/README.md. */
export class DoubleScript {
  readonly #path: string;

  /** From here on the test build of the library calls the double. At most once per process and kind. */
  constructor(kind: 'etw' | 'eventlog') {
    this.#path = join(mkdtempSync(join(tmpdir(), 'pc-')), `${kind}.tsv`);
    writeFileSync(this.#path, '');
    const variable = `PC_DOUBLE_${kind.toUpperCase()}`;
    process.env[variable] = join(buildFolder, `${kind}-double.dll`);
    process.env[`${variable}_SCRIPT`] = this.#path;
  }

  /** Adds one line of tab-separated words; the double plays it within milliseconds. */
  say(...words: readonly (string | number)[]): void {
    appendFileSync(this.#path, `${words.join('\t')}\n`);
  }
}
