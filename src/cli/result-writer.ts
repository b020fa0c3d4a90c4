import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AgentError } from '../errors/index.ts';
import { escapeJsonControls } from '../text/index.ts';

const chunkBytes = 64 * 1024;
/** Most bytes of UTF-8 that one unit of a text takes. */
const bytesPerUnit = 3;

/**
 * Results on standard output, gathered into large writes that wait for a slow reader.
 * A reader that has gone (`| head`) ends the output quietly: {@link closed} tells the producer to stop.
 */
export class ResultWriter {
  readonly #stream: Writable;
  /** Full chunks that wait for {@link flush}. */
  #full: Buffer[] = [];
  /** The chunk being filled: never one that was handed over, which the stream may still hold. */
  #chunk: Buffer = Buffer.alloc(0);
  #used = 0;
  #closed = false;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#closed = true;
      if (error.code !== 'EPIPE') this.#failure = error;
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Queues one line; call {@link flush} between batches. */
  line(text: string): void {
    const most = text.length * bytesPerUnit + 1;
    if (this.#chunk.length - this.#used < most) this.#begin(most);
    this.#used += this.#chunk.write(text, this.#used);
    this.#chunk[this.#used] = 0x0a;
    this.#used += 1;
  }

  json(document: object): void {
    this.jsonText(JSON.stringify(document));
  }

  /** Queues a document that is JSON already. */
  jsonText(json: string): void {
    this.line(escapeJsonControls(json));
  }

  /**
   * Hands over what is queued when there is enough of it, and waits until the reader keeps up; `all` of it, at the
   * end, and until it is taken.
   * @throws AgentError PC_OUTPUT_UNWRITABLE when what was written did not arrive
   */
  async flush(all = false): Promise<void> {
    if (all) this.#begin(0);
    const chunks = this.#full;
    this.#full = [];
    for (const chunk of chunks) {
      if (!this.#closed && !this.#stream.write(chunk) && !this.#closed) await this.#writable();
    }
    if (all && !this.#closed) await this.#written();
    if (this.#failure === undefined) return;
    const why = `the results could not be written: ${this.#failure.message}`;
    throw new AgentError('PC_OUTPUT_UNWRITABLE', why, { cause: this.#failure });
  }

  /** Begins a chunk with room for so many bytes at least. */
  #begin(bytes: number): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = bytes === 0 ? Buffer.alloc(0) : Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes));
    this.#used = 0;
  }

  /** Waits until the stream is rid of all that it was given, or has failed. */
  #written(): Promise<void> {
    return new Promise((resolve) => {
      // What a failure does to the stream is told a turn later.
      this.#stream.write('', () => setImmediate(resolve));
    });
  }

  /** Waits until the stream takes more, or never will. The listeners that lost the race must not stay. */
  async #writable(): Promise<void> {
    const settled = new AbortController();
    const { signal } = settled;
    const waits = ['drain', 'close', 'error'].map((event) => once(this.#stream, event, { signal }));
    await Promise.race(waits).catch(() => undefined);
    settled.abort();
    await Promise.allSettled(waits);
  }
}
