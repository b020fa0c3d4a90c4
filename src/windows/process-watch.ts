import { newCause } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

/**
 * A thread of the native library that ends this process, after last words to standard error, unless it is told in time that
 * all is well. It costs no JavaScript heap, as a thread of Node's would.
 */
export class ProcessWatch {
  readonly #library: NativeLibrary;
  readonly #handle: bigint;

  /**
   * The process ends when {@link beat} is not called for `stalledAfterMs`, at most twice that and 6 s later.
   * @throws AgentError PC_NATIVE_CALL, when Windows gives no thread
   */
  constructor(library: NativeLibrary, stalledAfterMs: number, lastWords: string) {
    const words = Buffer.from(lastWords);
    const handle = Buffer.alloc(8);
    const cause = newCause();
    const result = library.call.pc_watch_open(stalledAfterMs, words, words.length, handle, cause);
    library.check(result, cause, 'the watch over the main thread did not begin');
    this.#library = library;
    this.#handle = handle.readBigUInt64LE();
  }

  beat(): void {
    this.#library.call.pc_watch_beat(this.#handle);
  }

  close(): void {
    this.#library.call.pc_close(this.#handle);
  }
}
