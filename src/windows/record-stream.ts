import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AgentError } from '../errors/index.ts';
import { readMinBytes } from './abi.ts';
import type { NativeSource } from './native-source.ts';
import type { BytesUsed, ReaderMessage, ReaderTask } from './reader-protocol.ts';

/** Beside this file and of its kind: .ts in a checkout, .mjs beside the bundled program. */
const readerThread = new URL(`./reader-thread${extname(import.meta.filename)}`, import.meta.url);
const bufferBytes = readMinBytes * 2;
/**
 * What may wait here when scoring falls behind, beyond the library's ring: memory that is taken only then. Ten
 * seconds of 10,000 starts, as a build or a script storm makes them, are 58 MB.
 */
const creditBytes = 64 * 2 ** 20;

/** Records of one pc_read call. */
export interface NativeBatch {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/**
 * What a source captures, in batches, read by a thread of its own. Ends after `stop` once everything
 * captured before it was handed over.
 */
export class RecordStream implements AsyncIterable<NativeBatch> {
  readonly #source: NativeSource;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: ReaderMessage[] = [];
  #wake: (() => void) | undefined;

  constructor(source: NativeSource) {
    this.#source = source;
    const task: ReaderTask = {
      libraryPath: source.library.path,
      ffi: source.library.ffi,
      handle: source.handle,
      bufferBytes,
      creditBytes,
    };
    this.#worker = new Worker(readerThread, { workerData: task });
    this.#worker.on('message', (message: ReaderMessage) => this.#take(message));
    this.#worker.on('error', (error) => this.#take({ kind: 'failed', message: error.message }));
    this.#exited = new Promise((done) => {
      this.#worker.once('exit', () => {
        // After 'ended' or 'failed' nobody waits for this one.
        this.#take({ kind: 'failed', message: 'the reader thread ended before the source did' });
        done();
      });
    });
  }

  /** Whether the next batch is there already. */
  get hasWaiting(): boolean {
    return this.#waiting.some(({ kind }) => kind === 'batch');
  }

  /** Ends capturing; what was captured is still handed over. */
  stop(): void {
    this.#source.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<NativeBatch, void, void> {
    try {
      for (;;) {
        const message = await this.#next();
        if (message.kind === 'ended') return;
        if (message.kind === 'failed') throw new AgentError('PC_NATIVE_CALL', message.message);
        yield { bytes: message.bytes, count: message.count };
        this.#worker.postMessage(message.bytes.length satisfies BytesUsed);
      }
    } finally {
      await this.#close();
    }
  }

  /** No thread is inside the library when its source is freed, and none when the process ends. */
  async #close(): Promise<void> {
    this.#source.stop();
    // It may be waiting for credit that nobody will give it any more.
    void this.#worker.terminate();
    await this.#exited;
    this.#source.close();
  }

  #take(message: ReaderMessage): void {
    this.#waiting.push(message);
    this.#wake?.();
  }

  async #next(): Promise<ReaderMessage> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }
}
