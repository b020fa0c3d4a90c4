import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { AgentError } from '../../errors/index.ts';

/** What one installation wrote, and what was there before, so that its failure can be undone. */
const undoFile = 'install-undo.json';
const nextUndoFile = 'install-undo.json.new';
/** How the service was asked to be, so that an upgrade keeps it. */
const choicesFile = 'install.json';

const Undo = z.object({
  transaction: z.string(),
  created: z.array(z.string()),
  /** What was in the file before, base64. */
  replaced: z.array(z.object({ name: z.string(), before: z.string() })).default([]),
  /** The imported baseline before this installation's, `null` for none; absent where it imported none. */
  baseline: z.string().nullish(),
});
type Undo = z.output<typeof Undo>;
const Choices = z.object({
  start: z.enum(['auto', 'delayed', 'demand', 'disabled']).default('auto'),
  locked: z.boolean().default(false),
});

export type ServiceChoices = z.output<typeof Choices>;

/** The files of an installation in its data folder. Paths are relative to it. */
export class DataFolderFiles {
  readonly folder: string;
  readonly #undo: Undo;

  constructor(folder: string, transaction: string) {
    this.folder = folder;
    this.#undo = { transaction, created: [], replaced: [] };
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

  /** Writes a file, and remembers first what was there. @throws AgentError PC_INSTALL_FILE */
  write(name: string, content: string | Uint8Array): void {
    attempt(this.path(name), () => {
      this.#remember(name);
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content, { mode: 0o600 });
    });
  }

  /** Copies a file from elsewhere. @throws AgentError PC_INSTALL_FILE naming the property */
  copyIn(property: string, from: string, name: string): void {
    this.write(
      name,
      attempt(`${property} ${from}`, () => readFileSync(from)),
    );
  }

  /** An earlier installation succeeded: what it wrote is not to be taken away any more. */
  forgetEarlier(): void {
    for (const name of [undoFile, nextUndoFile]) rmSync(this.path(name), { force: true });
  }

  /** The baseline before this same installation's, `null` for none; `undefined` where it imported none. */
  readEarlierBaseline(): string | null | undefined {
    return this.#readUndo()?.baseline;
  }

  /** Remembers the baseline that is about to be replaced. @throws AgentError PC_INSTALL_FILE */
  rememberBaseline(before: string | undefined): void {
    this.#undo.baseline = before ?? null;
    this.#writeUndo();
  }

  /** Takes away the files that this same installation wrote, and puts back what was there; answers what was done. */
  undo(): string[] {
    const undo = this.#readUndo();
    if (undo === undefined) return [];
    const { created, replaced } = undo;
    for (const name of created) rmSync(this.path(name), { force: true });
    for (const { name, before } of replaced) {
      attempt(this.path(name), () => writeFileSync(this.path(name), Buffer.from(before, 'base64')));
    }
    this.forgetEarlier();
    return [...created.map((name) => `removed ${name}`), ...replaced.map(({ name }) => `restored ${name}`)];
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
    this.write(choicesFile, `${JSON.stringify(choices)}\n`);
  }

  #remember(name: string): void {
    const { created, replaced } = this.#undo;
    if (this.has(name)) replaced.push({ name, before: readFileSync(this.path(name), 'base64') });
    else created.push(name);
    this.#writeUndo();
  }

  #writeUndo(): void {
    // In one step: what was undone by a file that was cut would be nothing.
    const next = this.path(nextUndoFile);
    attempt(next, () => {
      writeFileSync(next, `${JSON.stringify(this.#undo)}\n`, { mode: 0o600 });
      renameSync(next, this.path(undoFile));
    });
  }

  #readUndo(): Undo | undefined {
    if (!this.has(undoFile)) return undefined;
    const undo = Undo.safeParse(JSON.parse(readFileSync(this.path(undoFile), 'utf8')));
    return undo.success && undo.data.transaction === this.#undo.transaction ? undo.data : undefined;
  }
}

/** Out of the way, kept for whoever wants to know what it was. */
export function moveFolderAside(folder: string, atMs: number): string {
  const aside = `${folder}.untrusted-${atMs}`;
  attempt(folder, () => renameSync(folder, aside));
  return aside;
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AgentError('PC_INSTALL_FILE', `${what}: ${why}`, { cause });
  }
}
