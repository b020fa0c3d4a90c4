import type { ErrorCode } from '../errors/index.ts';
import { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import type { JsonReadOptions } from './document-reader.ts';
import type { EventSource, ReadOptions, SourceBatch } from './event-source.ts';
import { readEvtxRecords } from './evtx-records.ts';
import { type FileBookmark, formatFileBookmark, parseFileBookmark } from './file-bookmark.ts';
import type { Format } from './input-kind.ts';
import { type Input, listInputs } from './input-list.ts';
import { type Member, openMembers } from './input-members.ts';
import { readJsonRecords } from './json-records.ts';
import { readLiveChunks } from './live-chunks.ts';

export interface FileSourceOptions {
  /** What the inputs hold; `auto` finds out. */
  readonly format?: Format;
  /** Longest JSON document read, in bytes; longer ones are rejected unread. */
  readonly maxLineBytes?: number;
  /** What `-` stands for. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

const defaultMaxRecordBytes = 1_048_576;

/** Recorded input; it ends. */
export interface FileSource extends EventSource {
  /** Files and streams begun so far, and those that could not be. */
  readonly inputs: number;
}

/**
 * Recorded events of files, folders, patterns and standard input, read one after the other. An input
 * that cannot be read is a rejection, and the next one is read.
 */
export function openFileSource(paths: readonly string[], options: FileSourceOptions = {}): FileSource {
  let inputs = 0;
  const onInput = (): void => {
    inputs += 1;
  };
  return {
    name: paths.length === 1 && paths[0] === '-' ? 'stdin' : 'file',
    get inputs() {
      return inputs;
    },
    batches: (readOptions) => new FileReading(options, readOptions, onInput).run(paths),
  };
}

class FileReading {
  readonly #format: Format;
  readonly #maxRecordBytes: number;
  readonly #stdin: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #batch: BatchBuilder;
  readonly #onInput: () => void;
  #resume: FileBookmark | undefined;
  #bookmark = '';

  constructor(options: FileSourceOptions, { batchSize, bookmark, signal }: ReadOptions, onInput: () => void) {
    this.#onInput = onInput;
    this.#format = options.format ?? 'auto';
    this.#maxRecordBytes = options.maxLineBytes ?? defaultMaxRecordBytes;
    this.#stdin = readLiveChunks(options.stdin ?? process.stdin, signal);
    this.#signal = signal;
    this.#batch = new BatchBuilder(batchSize);
    this.#resume = bookmark === undefined || bookmark === '' ? undefined : parseFileBookmark(bookmark);
    this.#bookmark = bookmark ?? '';
    if (bookmark !== undefined && bookmark !== '' && this.#resume === undefined) {
      this.#reject(
        'PC_SOURCE_BOOKMARK',
        '',
        'the bookmark is not one of a file source; reading from the beginning',
      );
    }
  }

  async *run(paths: readonly string[]): AsyncGenerator<SourceBatch, void, undefined> {
    const { inputs, rejections } = await listInputs(paths, this.#format);
    for (const { code, position, message } of rejections) {
      this.#onInput();
      this.#batch.reject(code, position, message);
      if (this.#batch.isFull) yield this.#take();
    }
    for (const input of this.#inputsLeft(inputs)) {
      if (this.#signal?.aborted) break;
      this.#onInput();
      yield* this.#readInput(input);
    }
    if (!this.#batch.isEmpty) yield this.#take();
  }

  /** The inputs from the bookmark's on; all of them when that one is gone. */
  #inputsLeft(inputs: readonly Input[]): readonly Input[] {
    if (this.#resume === undefined) return inputs;
    const { path } = this.#resume;
    const index = inputs.findIndex((input) => input.path === path);
    if (index !== -1) return inputs.slice(index);
    this.#reject(
      'PC_SOURCE_BOOKMARK',
      path,
      'the file to resume in is not among the inputs; reading all of them',
    );
    this.#resume = undefined;
    return inputs;
  }

  async *#readInput(input: Input): AsyncGenerator<SourceBatch, void, undefined> {
    const resume = this.#resume?.path === input.path ? this.#resume : undefined;
    this.#resume = undefined;
    let isBefore = resume !== undefined;
    try {
      for await (const member of openMembers(input, this.#stdin)) {
        if (isBefore && member.name !== resume?.member) continue;
        const start = isBefore ? resume : undefined;
        isBefore = false;
        if (start?.isDone === true) continue;
        yield* this.#readMember(input, member, start);
        if (this.#signal?.aborted) return;
      }
    } catch (error) {
      rejectBroken(this.#batch, error, { source: input.path, record: 0, offset: 0 });
    }
    if (this.#batch.isFull) yield this.#take();
  }

  async *#readMember(
    input: Input,
    member: Member,
    start: FileBookmark | undefined,
  ): AsyncGenerator<SourceBatch, void, undefined> {
    const places =
      member.content === 'evtx'
        ? readEvtxRecords(member, this.#batch, { evtx: start?.evtx })
        : readJsonRecords(member, this.#batch, this.#jsonOptions(), start?.text);
    const at = { path: input.path, member: member.name };
    for await (const place of places) {
      this.#bookmark = formatFileBookmark({ ...at, isDone: false, ...place });
      yield this.#take();
      // What came through a pipe cannot be read again: its chunk is read to the end, and is the last one.
      if (this.#signal?.aborted && input.path !== '-') return;
    }
    this.#bookmark = formatFileBookmark({ ...at, isDone: true });
  }

  #jsonOptions(): JsonReadOptions {
    const format = this.#format === 'evtx' ? 'auto' : this.#format;
    return { format, maxRecordBytes: this.#maxRecordBytes };
  }

  #take(): SourceBatch {
    return this.#batch.take(this.#bookmark);
  }

  #reject(code: ErrorCode, source: string, message: string): void {
    this.#batch.reject(code, { source, record: 0, offset: 0 }, message);
  }
}
