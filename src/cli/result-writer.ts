import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AgentError } from '../errors/index.ts';
import { escapeJsonControlBytes } from '../text/index.ts';

const chunkBytes = 64 * 1024;
/** Most bytes of UTF-8 that one unit of a text takes. */
const bytesPerUnit = 3;

/**
 * Results on standard output, gathered into large writes that wait for a slow reader.
 * A reader that has gone (`| head`) ends the output quietly: {@link closed} tells the producer to stop.
 */
export class ResultWriter {
  readonly #stream: Writable;
  /** Parts of chunks that wait for {@link flush}. */
  #ready: Buffer[] = [];
  #chunk: Buffer = Buffer.alloc(0);
  /** How much of the chunk is filled, and up to where it was handed over: the stream may still hold that part. */
  #filled = 0;
  #handedOver = 0;
  /** Whether what waits in the chunk is JSON, whose control characters are escaped when it is handed over. */
  #isJson = false;
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
    this.#put(text, false);
  }

  json(document: object): void {
    this.jsonText(JSON.stringify(document));
  }

  /** Queues a document that is JSON already. */
  jsonText(json: string): void {
    this.#put(json, true);
  }

  #put(text: string, isJson: boolean): void {
    if (isJson !== this.#isJson) this.#handOver();
    this.#isJson = isJson;
    const most = text.length * bytesPerUnit + 1;
    if (this.#chunk.length - this.#filled < most) {
      this.#beginChunk(most <= chunkBytes ? chunkBytes : Buffer.byteLength(text) + 1);
    }
    this.#filled += this.#chunk.write(text, this.#filled);
    this.#chunk[this.#filled] = 0x0a;
    this.#filled += 1;
  }

  /**
   * Hands over what is queued when there is enough of it, and waits until the reader keeps up; `all` of it when no more
   * may come for long, and until it is taken.
   * @throws AgentError PC_OUTPUT_UNWRITABLE when what was written did not arrive
   */
  async flush(all = false): Promise<void> {
    if (all) this.#handOver();
    const parts = this.#ready;
    this.#ready = [];
    for (const part of parts) {
      if (!this.#closed && !this.#stream.write(part) && !this.#closed) await this.#writable();
    }
    if (all && !this.#closed) await this.#written();
    if (this.#failure === undefined) return;
    const why = `the results could not be written: ${this.#failure.message}`;
    throw new AgentError('PC_OUTPUT_UNWRITABLE', why, { cause: this.#failure });
  }

  #handOver(): void {
    if (this.#filled === this.#handedOver) return;
    const part = this.#chunk.subarray(this.#handedOver, this.#filled);
    this.#ready.push(this.#isJson ? escapeJsonControlBytes(part) : part);
    this.#handedOver = this.#filled;
  }

  #beginChunk(bytes: number): void {
    this.#handOver();
    this.#chunk = Buffer.allocUnsafeSlow(bytes);
    this.#filled = 0;
    this.#handedOver = 0;
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
