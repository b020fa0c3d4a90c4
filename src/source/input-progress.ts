import { type FileBookmark, formatFileBookmark, joinKeys, splitKeys } from './file-bookmark.ts';
import { beginsAsMarked, type FileMark, keyOf, markFile } from './file-mark.ts';
import type { Input } from './input-list.ts';

/**
 * What is left of an input: `nothing`, or all of it from the `beginning`, also because it has `changed` since it was
 * read; or what follows the place that a bookmark names.
 */
export type InputRest = 'nothing' | 'beginning' | 'changed' | FileBookmark;

/** Where in an input its reader is. */
export type InputPlace = Pick<FileBookmark, 'member' | 'isDone' | 'evtx' | 'text'>;

/** The oldest are forgotten beyond so many, and then such a file is read once more. */
const maxDoneFiles = 65_536;

/** Which inputs were read and how far, by an earlier run and by this one. */
export class InputProgress {
  readonly #resume: FileBookmark | undefined;
  readonly #done: Set<string>;
  /** As a bookmark has them, until there are others: there may be thousands. */
  #joinedDone: string | undefined;
  /** A bookmark of an earlier version says of the inputs before its own that they were read. */
  #isBefore = false;
  #input: { readonly path: string; readonly file: FileMark | null } = { path: '', file: null };
  #at: FileBookmark | undefined;
  /** As it was given, until a place is known. */
  readonly #given: string;

  constructor(given: string, resume: FileBookmark | undefined) {
    this.#given = given;
    this.#resume = resume;
    this.#done = new Set(splitKeys(resume?.done ?? ''));
  }

  /** Takes note of the inputs; answers the path of the one to go on in where it is not among them. */
  findMissing(inputs: readonly Input[]): string | undefined {
    if (this.#resume === undefined) return undefined;
    const { path, file, done } = this.#resume;
    const isAmong = inputs.some((input) => input.path === path);
    this.#isBefore = isAmong && done === undefined;
    return isAmong || file === null ? undefined : path;
  }

  /** Turns to an input, and answers what of it is to be read. */
  async begin(input: Input): Promise<InputRest> {
    const { path } = input;
    const mark = path === '-' ? undefined : await markFile(path);
    this.#input = { path, file: mark ?? null };
    return this.#restOf(input, mark);
  }

  /** How far the input was read. */
  moveTo(place: InputPlace): void {
    this.#at = { ...this.#input, ...place };
  }

  /** The input was read to its end. */
  finish(): void {
    const { path, file } = this.#input;
    if (file === null) return;
    this.#joinedDone = undefined;
    this.#done.add(keyOf(path, file));
    for (const oldest of this.#done) {
      if (this.#done.size <= maxDoneFiles) break;
      this.#done.delete(oldest);
    }
  }

  get bookmark(): string {
    if (this.#at === undefined) return this.#given;
    this.#joinedDone ??= joinKeys(this.#done);
    return formatFileBookmark({ ...this.#at, done: this.#joinedDone });
  }

  async #restOf({ path, kind }: Input, mark: FileMark | undefined): Promise<InputRest> {
    const resume = this.#resume?.path === path ? this.#resume : undefined;
    if (resume !== undefined) this.#isBefore = false;
    if (mark === undefined) return 'beginning';
    // From now on it is remembered by itself.
    if (this.#isBefore) this.finish();
    if (this.#done.has(keyOf(path, mark))) return 'nothing';
    if (resume === undefined || resume.file === null) return 'beginning';
    if (resume.file === undefined) return resume;
    // A place in what is packed is none in the file.
    const leastBytes = kind.container === 'none' ? (resume.text?.offset ?? 0) : 0;
    return (await beginsAsMarked(path, resume.file, leastBytes)) ? resume : 'changed';
  }
}
