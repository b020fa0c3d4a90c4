import { once } from 'node:events';
import type { Writable } from 'node:stream';

const flushBytes = 64 * 1024;

/**
 * Results on standard output, gathered into large writes that wait for a slow reader.
 * A reader that has gone (`| head`) ends the output quietly: {@link closed} tells the producer to stop.
 */
export class ResultWriter {
  readonly #stream: Writable;
  #pending: string[] = [];
  #pendingLength = 0;
  #closed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#closed = true;
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Queues one line; call {@link flush} between batches. */
  line(text: string): void {
    this.#pending.push(text, '\n');
    this.#pendingLength += text.length + 1;
  }

  json(document: object): void {
    this.line(JSON.stringify(document));
  }

  /** Hands over what is queued when there is enough of it, and waits until the reader keeps up. */
  async flush(all = false): Promise<void> {
    if (this.#pendingLength === 0 || (!all && this.#pendingLength < flushBytes)) return;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    if (this.#closed) return;
    if (!this.#stream.write(text) && !this.#closed) await this.#writable();
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
