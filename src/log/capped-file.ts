import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

export interface CappedFileOptions {
  readonly path: string;
  /** No file grows beyond it. */
  readonly maxBytes: number;
  /** The current file and its predecessors `path.1` … `path.{maxFiles-1}`. */
  readonly maxFiles: number;
}

/** For steps of a rotation that may fail: what matters is checked after them. */
function ignoreFailure(step: () => void): void {
  try {
    step();
  } catch {
    // Not there yet, or not to be moved.
  }
}

/**
 * A file of lines that keeps to its size, and its older selves. Writes are synchronous: a line is on its way
 * to the disk when {@link write} returns, also when the process dies next. (Winston's own file transport was
 * measured to lose about 16 KB of lines at each rotation under load.)
 */
export class CappedFile {
  readonly #options: CappedFileOptions;
  #descriptor: number | undefined;
  #size = 0;
  #lost = 0;

  /** @throws AgentError PC_LOG_UNWRITABLE when the file cannot be opened */
  constructor(options: CappedFileOptions) {
    this.#options = options;
    try {
      mkdirSync(dirname(options.path), { recursive: true, mode: 0o750 });
      this.#open();
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw new AgentError('PC_LOG_UNWRITABLE', escapeForTerminal(String(error), 1024), {
        where: options.path,
        cause: error,
      });
    }
  }

  /** Lines that could not be written since the last one that could. */
  get lost(): number {
    return this.#lost;
  }

  /** Writes one line; on failure counts it as lost, and the next line tries anew. */
  write(line: string): boolean {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) this.#rotate();
      const descriptor = this.#descriptor ?? this.#open();
      let written = 0;
      while (written < bytes.length) {
        written += writeSync(descriptor, bytes, written);
        this.#size += written;
      }
      this.#lost = 0;
      return true;
    } catch {
      this.#lost += 1;
      this.close();
      return false;
    }
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  #open(): number {
    const { path } = this.#options;
    // Not through a symbolic link: whoever may write to the folder could aim it anywhere.
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
    const descriptor = openSync(path, flags, 0o640);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      closeSync(descriptor);
      throw new AgentError('PC_LOG_UNWRITABLE', `${escapeForTerminal(path, 1024)} is no regular file`, {
        where: path,
      });
    }
    this.#descriptor = descriptor;
    this.#size = stats.size;
    return descriptor;
  }

  #rotate(): void {
    const { path, maxFiles } = this.#options;
    const name = (age: number): string => (age === 0 ? path : `${path}.${age}`);
    this.close();
    ignoreFailure(() => rmSync(name(maxFiles - 1), { force: true }));
    for (let age = maxFiles - 2; age >= 0; age -= 1)
      ignoreFailure(() => renameSync(name(age), name(age + 1)));
    const descriptor = this.#open();
    if (this.#size > 0) {
      // It would not move, for instance because a reader holds it open on Windows. The cap holds nevertheless: older lines give way to newer ones.
      ftruncateSync(descriptor);
      this.#size = 0;
    }
  }
}
