import { within } from './bundle-draft.ts';
import { type KnownFolders, type LocalFile, openLocalFile } from './local-file.ts';

/** By then a file that nobody holds back is open, also on a slow disk. */
const patienceMs = 2_000;

/**
 * Opens files that somebody may hold back for as long as he likes, as with an opportunistic lock on Windows. Such an
 * opening cannot be called off and keeps one of the few threads of the pool, which acts on processes need as well. So
 * files are opened one after the other, and none while one is held back.
 */
export class FileOpening {
  readonly #open: typeof openLocalFile;
  readonly #patienceMs: number;
  /** Ends, without fail, when the last of those that wait has had its turn. */
  #turn: Promise<unknown> = Promise.resolve();
  #isHeldBack = false;

  constructor(open = openLocalFile, ms = patienceMs) {
    this.#open = open;
    this.#patienceMs = ms;
  }

  /** As {@link openLocalFile}; a file that is open too late is closed again. */
  open(path: string, known?: KnownFolders): Promise<LocalFile | string> {
    const opened = this.#turn.then(() => this.#openNext(path, known));
    this.#turn = opened;
    return opened;
  }

  async #openNext(path: string, known: KnownFolders | undefined): Promise<LocalFile | string> {
    if (this.#isHeldBack) return 'another file is held back by somebody, and no more are opened meanwhile';
    const opening = this.#open(path, known);
    const patience = new AbortController();
    // A thread that was busy finds the time over before it sees what was opened meanwhile: one more turn for that.
    const timer = setTimeout(() => setImmediate(() => patience.abort()), this.#patienceMs);
    const file = await within(opening, patience.signal);
    clearTimeout(timer);
    if (file !== undefined) return file;
    this.#isHeldBack = true;
    void opening.then((late) => this.#closeLate(late));
    return `it is held back: it could not be opened within ${this.#patienceMs} ms`;
  }

  async #closeLate(late: LocalFile | string): Promise<void> {
    this.#isHeldBack = false;
    if (typeof late !== 'string') await late.close().catch(() => undefined);
  }
}

/** One for all evidence: the threads are the process's. */
export const fileOpening = new FileOpening();
