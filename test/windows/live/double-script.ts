import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFolder } from './open-test-library.ts';

/** A double of ETW or of the event log, and the script it plays; see native/doubles/README.md. */
export class DoubleScript {
  readonly path: string;

  /** From here on the test build of the library calls the double. At most once per process and kind. */
  constructor(kind: 'etw' | 'eventlog') {
    this.path = join(mkdtempSync(join(tmpdir(), 'pc-')), `${kind}.tsv`);
    writeFileSync(this.path, '');
    DoubleScript.play(kind, this.path);
  }

  /** This process's double plays a script that another process writes. */
  static play(kind: 'etw' | 'eventlog', path: string, folder = buildFolder): void {
    const variable = `PC_DOUBLE_${kind.toUpperCase()}`;
    process.env[variable] = join(folder, `${kind}-double.dll`);
    process.env[`${variable}_SCRIPT`] = path;
  }

  /** Adds one line of tab-separated words; the double plays it within milliseconds. */
  say(...words: readonly (string | number)[]): void {
    appendFileSync(this.path, `${words.join('\t')}\n`);
  }
}
