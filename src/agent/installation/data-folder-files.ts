import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { AgentError } from '../../errors/index.ts';

/** What one installation wrote, so that its failure can take that away again. */
const undoFile = 'install-undo.json';
/** How the service was asked to be, so that an upgrade keeps it. */
const choicesFile = 'install.json';

const Undo = z.object({ transaction: z.string(), created: z.array(z.string()) });
const Choices = z.object({
  start: z.enum(['auto', 'delayed', 'demand', 'disabled']).default('auto'),
  locked: z.boolean().default(false),
});

export type ServiceChoices = z.output<typeof Choices>;

/** The files of an installation in its data folder. Paths are relative to it. */
export class DataFolderFiles {
  readonly folder: string;
  readonly #transaction: string;
  readonly #created: string[] = [];

  constructor(folder: string, transaction: string) {
    this.folder = folder;
    this.#transaction = transaction;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** Whether anything has the folder's name, be it a link that leads nowhere. */
  isNameTaken(): boolean {
    return lstatSync(this.folder, { throwIfNoEntry: false }) !== undefined;
  }

  /** Of any file, by its full path. */
  isFile(path: string): boolean {
    return existsSync(path);
  }

  makeFolder(name: string): void {
    mkdirSync(this.path(name), { recursive: true });
  }

  /** Writes what was not there before, and remembers that first. @throws AgentError PC_INSTALL_FILE */
  create(name: string, text: string): void {
    this.#remember(name);
    attempt(this.path(name), () => {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text, { mode: 0o600, flag: 'wx' });
    });
  }

  /** Copies a file that is not there yet; one that is stays. @throws AgentError PC_INSTALL_FILE naming the property */
  copyIn(property: string, from: string, name: string): boolean {
    if (this.has(name)) return false;
    this.#remember(name);
    attempt(`${property} ${from}`, () => {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      copyFileSync(from, this.path(name));
    });
    return true;
  }

  /** An earlier installation succeeded: what it wrote is not to be taken away any more. */
  forgetEarlier(): void {
    rmSync(this.path(undoFile), { force: true });
  }

  /** Takes away what this same installation wrote; answers the names. */
  undo(): string[] {
    if (!this.has(undoFile)) return [];
    const undo = Undo.safeParse(JSON.parse(readFileSync(this.path(undoFile), 'utf8')));
    if (!undo.success || undo.data.transaction !== this.#transaction) return [];
    for (const name of undo.data.created) rmSync(this.path(name), { force: true });
    this.forgetEarlier();
    return undo.data.created;
  }

  readChoices(): ServiceChoices {
    if (!this.has(choicesFile)) return Choices.parse({});
    try {
      return Choices.parse(JSON.parse(readFileSync(this.path(choicesFile), 'utf8')));
    } catch (cause) {
      throw new AgentError('PC_INSTALL_FILE', `${this.path(choicesFile)} is damaged`, { cause });
    }
  }

  writeChoices(choices: ServiceChoices): void {
    attempt(this.path(choicesFile), () => {
      writeFileSync(this.path(choicesFile), `${JSON.stringify(choices)}\n`);
    });
  }

  #remember(name: string): void {
    this.#created.push(name);
    const undo = { transaction: this.#transaction, created: this.#created };
    attempt(this.path(undoFile), () => writeFileSync(this.path(undoFile), `${JSON.stringify(undo)}\n`));
  }
}

/** Out of the way, kept for whoever wants to know what it was. */
export function moveFolderAside(folder: string, atMs: number): string {
  const aside = `${folder}.untrusted-${atMs}`;
  attempt(folder, () => renameSync(folder, aside));
  return aside;
}

function attempt(what: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AgentError('PC_INSTALL_FILE', `${what}: ${why}`, { cause });
  }
}
