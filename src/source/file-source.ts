import { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import type { JsonReadOptions } from './document-reader.ts';
import type { EventSource, ReadOptions, SourceBatch } from './event-source.ts';
import { readEvtxRecords } from './evtx-records.ts';
import { type FileBookmark, parseFileBookmark } from './file-bookmark.ts';
import type { Format } from './input-kind.ts';
import { type Input, listInputs } from './input-list.ts';
import { type Member, openMembers } from './input-members.ts';
import { type InputPlace, InputProgress, type InputRest } from './input-progress.ts';
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
  /** What of the files is not read because an earlier run has; `undefined` when reading did not begin at a bookmark. */
  readonly resumed: Resumption | undefined;
}

export interface Resumption {
  /** Files passed over, so far. */
  readonly passedOver: number;
}

/**
 * Recorded events of files, folders, patterns and standard input, read one after the other. An input
 * that cannot be read is a rejection, and the next one is read.
 */
export function openFileSource(paths: readonly string[], options: FileSourceOptions = {}): FileSource {
  const counts: InputCounts = { begun: 0, passedOver: 0, isResumed: false };
  return {
    name: paths.length === 1 && paths[0] === '-' ? 'stdin' : 'file',
    get inputs() {
      return counts.begun;
    },
    get resumed() {
      return counts.isResumed ? { passedOver: counts.passedOver } : undefined;
    },
    batches: (readOptions) => new FileReading(options, readOptions, counts).run(paths),
  };
}

interface InputCounts {
  begun: number;
  passedOver: number;
  isResumed: boolean;
}

class FileReading {
  readonly #format: Format;
  readonly #maxRecordBytes: number;
  readonly #stdin: AsyncIterable<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #batch: BatchBuilder;
  readonly #counts: InputCounts;
  readonly #progress: InputProgress;

  constructor(
    options: FileSourceOptions,
    { batchSize, bookmark = '', signal }: ReadOptions,
    counts: InputCounts,
  ) {
    this.#counts = counts;
    this.#format = options.format ?? 'auto';
    this.#maxRecordBytes = options.maxLineBytes ?? defaultMaxRecordBytes;
    this.#stdin = readLiveChunks(options.stdin ?? process.stdin, signal);
    this.#signal = signal;
    this.#batch = new BatchBuilder(batchSize);
    const resume = bookmark === '' ? undefined : parseFileBookmark(bookmark);
    this.#progress = new InputProgress(bookmark, resume);
    if (bookmark !== '' && resume === undefined)
      this.#rejectBookmark('', 'the bookmark is not one of a file source; reading from the beginning');
  }

  async *run(paths: readonly string[]): AsyncGenerator<SourceBatch, void, undefined> {
    const { inputs, rejections } = await listInputs(paths, this.#format);
    const missing = this.#progress.findMissing(inputs);
    if (missing !== undefined)
      this.#rejectBookmark(
        missing,
        'the file to resume in is not among the inputs; reading all that were not read to their end',
      );
    for (const { code, position, message } of rejections) {
      this.#counts.begun += 1;
      this.#batch.reject(code, position, message);
      if (this.#batch.isFull) yield this.#take();
    }
    for (const input of inputs) {
      if (this.#signal?.aborted) break;
      const rest = await this.#progress.begin(input);
      if (rest === 'nothing' || typeof rest === 'object') this.#counts.isResumed = true;
      if (rest === 'nothing') {
        this.#counts.passedOver += 1;
        continue;
      }
      this.#counts.begun += 1;
      yield* this.#readInput(input, rest);
    }
    if (!this.#batch.isEmpty) yield this.#take();
  }

  async *#readInput(
    input: Input,
    rest: Exclude<InputRest, 'nothing'>,
  ): AsyncGenerator<SourceBatch, void, undefined> {
    const { path } = input;
    const unreadable = this.#batch.unreadable;
    if (rest === 'changed')
      this.#rejectBookmark(path, 'the file has changed since it was read; reading it from the beginning');
    let resume = typeof rest === 'string' ? undefined : rest;
    try {
      for await (const member of openMembers(input, this.#stdin)) {
        if (resume !== undefined && member.name !== resume.member) continue;
        const start = resume;
        resume = undefined;
        // Text may have grown, and is looked at from where it ended; of a log that has, the beginning is another.
        if (start?.isDone === true && start.text === undefined) continue;
        yield* this.#readMember(member, start);
        if (this.#signal?.aborted) return;
      }
    } catch (error) {
      rejectBroken(this.#batch, error, { source: path, record: 0, offset: 0 });
    }
    if (resume !== undefined) {
      this.#rejectBookmark(path, 'what was read last is not in the archive; reading it from the beginning');
      yield* this.#readInput(input, 'beginning');
      return;
    }
    // What could not be read may be readable the next time.
    if (this.#batch.unreadable === unreadable) this.#progress.finish();
    if (this.#batch.isFull) yield this.#take();
  }

  async *#readMember(
    member: Member,
    start: FileBookmark | undefined,
  ): AsyncGenerator<SourceBatch, void, undefined> {
    const places =
      member.content === 'evtx'
        ? readEvtxRecords(member, this.#batch, { evtx: start?.evtx })
        : readJsonRecords(member, this.#batch, this.#jsonOptions(), start?.text, this.#signal);
    const unreadable = this.#batch.unreadable;
    let last: InputPlace = { member: member.name, isDone: false };
    for await (const place of places) {
      last = { ...last, ...place };
      if (last.isDone) break;
      this.#progress.moveTo(last);
      yield this.#take();
      // What came through a pipe cannot be read again: its chunk is read to the end, and is the last one.
      if (this.#signal?.aborted && member.name !== '-') return;
    }
    this.#progress.moveTo({ ...last, isDone: this.#batch.unreadable === unreadable });
  }

  #jsonOptions(): JsonReadOptions {
    const format = this.#format === 'evtx' ? 'auto' : this.#format;
    return { format, maxRecordBytes: this.#maxRecordBytes };
  }

  #take(): SourceBatch {
    return this.#batch.take(this.#progress.bookmark);
  }

  #rejectBookmark(source: string, message: string): void {
    this.#batch.reject('PC_SOURCE_BOOKMARK', { source, record: 0, offset: 0 }, message);
  }
}
