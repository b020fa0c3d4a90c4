import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { JsonFormat, RecordPosition } from '../event/index.ts';
import { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import { DocumentReader } from './document-reader.ts';
import type { EventSource, ReadOptions, SourceBatch } from './event-source.ts';
import { markBytes, matchesMark } from './file-mark.ts';
import { formatFollowBookmark, parseFollowBookmark } from './follow-bookmark.ts';
import { inputStart, type SplitPlace } from './record-splitter.ts';

export interface FollowOptions {
  readonly format?: JsonFormat | 'auto';
  readonly maxLineBytes?: number;
  /** How often to look for more when there is none. */
  readonly pollIntervalMs?: number;
}

const defaultMaxLineBytes = 1_048_576;
const defaultPollIntervalMs = 250;
const chunkBytes = 65_536;

/**
 * The lines of a file as they are written to it, from its beginning or from the bookmark on, until the
 * signal aborts. A file that is not there yet is waited for; one replaced by another of the same name is
 * read to its end, then the other from its beginning; one cut back is read anew. A last line without an
 * end is kept until the rest of it comes.
 */
export function followNdjson(path: string, options: FollowOptions = {}): EventSource {
  return {
    name: `follow:${path}`,
    batches: (readOptions) => new Follower(path, options, readOptions).run(),
  };
}

class Follower {
  readonly #path: string;
  readonly #options: { format: JsonFormat | 'auto'; maxRecordBytes: number };
  readonly #pollIntervalMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #batch: BatchBuilder;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #resume: ReturnType<typeof parseFollowBookmark>;
  #bookmark: string;
  #lastFault: string | undefined;

  constructor(path: string, options: FollowOptions, { batchSize, bookmark, signal }: ReadOptions) {
    this.#path = path;
    this.#options = {
      format: options.format ?? 'auto',
      maxRecordBytes: options.maxLineBytes ?? defaultMaxLineBytes,
    };
    this.#pollIntervalMs = options.pollIntervalMs ?? defaultPollIntervalMs;
    this.#signal = signal;
    this.#batch = new BatchBuilder(batchSize);
    this.#bookmark = bookmark ?? '';
    if (bookmark === undefined || bookmark === '') return;
    this.#resume = parseFollowBookmark(bookmark);
    if (this.#resume !== undefined) return;
    const message = 'the bookmark is not one of a followed file; reading from the beginning';
    this.#batch.reject('PC_SOURCE_BOOKMARK', this.#positionAt(inputStart), message);
  }

  async *run(): AsyncGenerator<SourceBatch, void, undefined> {
    while (!this.#isStopped) {
      const handle = await this.#open();
      if (handle === undefined) {
        if (!this.#batch.isEmpty) yield this.#batch.take(this.#bookmark);
        await this.#pause();
        continue;
      }
      try {
        yield* this.#followFile(handle);
      } catch (error) {
        this.#tellFault(error);
        if (!this.#batch.isEmpty) yield this.#batch.take(this.#bookmark);
        await this.#pause();
      } finally {
        await handle.close().catch(nothingThere);
      }
    }
    if (!this.#batch.isEmpty) yield this.#batch.take(this.#bookmark);
  }

  get #isStopped(): boolean {
    return this.#signal?.aborted === true;
  }

  /** The file, or `undefined` while there is none. */
  async #open(): Promise<FileHandle | undefined> {
    try {
      return await open(this.#path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#tellFault(error);
      return undefined;
    }
  }

  /** What keeps the file from being opened or read is told once, until something of it can be read again. */
  #tellFault(error: unknown): void {
    const { message } = error as Error;
    if (message === this.#lastFault) return;
    rejectBroken(this.#batch, error, this.#positionAt(this.#resume?.place ?? inputStart));
    this.#lastFault = message;
  }

  /**
   * Follows one file until another has its name, or it is cut back, or the signal aborts. Throws what the file system
   * gives; then it goes on where it was when the file is opened again.
   */
  async *#followFile(handle: FileHandle): AsyncGenerator<SourceBatch, void, undefined> {
    const file = identityOf(await handle.stat({ bigint: true }));
    const start = await this.#placeToStart(handle, file);
    this.#resume = undefined;
    const reader = new DocumentReader(this.#path, this.#batch, this.#options, start);
    try {
      yield* this.#readOn(handle, file, reader, start.offset);
    } catch (error) {
      if (reader.place.offset > 0) {
        this.#resume = { file, isDone: false, place: reader.place };
        this.#bookmark = formatFollowBookmark(this.#resume);
      }
      throw error;
    }
  }

  async *#readOn(
    handle: FileHandle,
    file: string,
    reader: DocumentReader,
    from: number,
  ): AsyncGenerator<SourceBatch, void, undefined> {
    let offset = from;
    let state: FileState = 'growing';
    while (!this.#isStopped) {
      const { bytesRead } = await handle.read(this.#buffer, 0, chunkBytes, offset);
      this.#lastFault = undefined;
      if (bytesRead > 0 && state !== 'cut') {
        offset += bytesRead;
        reader.push(this.#buffer.subarray(0, bytesRead));
        for (const _ of reader.take()) yield await this.#take(handle, file, reader.place, false);
        continue;
      }
      // A replaced file is looked at once more after that is known: something may just have been written.
      if (state !== 'growing') break;
      if (!this.#batch.isEmpty) yield await this.#take(handle, file, reader.place, false);
      state = await this.#stateOf(handle, file, offset);
      if (state === 'growing') await this.#pause();
    }
    if (state !== 'growing') {
      reader.end();
      for (const _ of reader.take()) yield await this.#take(handle, file, reader.place, false);
    }
    if (!this.#batch.isEmpty || state !== 'growing')
      yield await this.#take(handle, file, reader.place, state !== 'growing');
  }

  async #placeToStart(handle: FileHandle, file: string): Promise<SplitPlace> {
    const resume = this.#resume;
    if (resume === undefined || (resume.isDone && resume.file !== file)) return inputStart;
    const { mark, place } = resume;
    const { size } = await handle.stat();
    const isSame = resume.file === file && !resume.isDone && size >= place.offset;
    if (isSame && (mark === undefined || (await matchesMark(handle, mark)))) return place;
    const message =
      'the file was replaced or cut back while it was not followed; what was not read before is lost';
    this.#batch.reject('PC_SOURCE_BOOKMARK', this.#positionAt(place), message);
    return inputStart;
  }

  async #stateOf(handle: FileHandle, file: string, offset: number): Promise<FileState> {
    const [{ size }, named] = await Promise.all([
      handle.stat(),
      stat(this.#path, { bigint: true }).catch(nothingThere),
    ]);
    if (size < offset) return 'cut';
    return named === undefined || identityOf(named) === file ? 'growing' : 'replaced';
  }

  async #take(handle: FileHandle, file: string, place: SplitPlace, isDone: boolean): Promise<SourceBatch> {
    const mark = isDone ? undefined : await markBytes(handle, place.offset).catch(nothingThere);
    this.#bookmark = formatFollowBookmark({ file, isDone, ...(mark && { mark }), place });
    return this.#batch.take(this.#bookmark);
  }

  #positionAt({ record, offset }: SplitPlace): RecordPosition {
    return { source: this.#path, record, offset };
  }

  async #pause(): Promise<void> {
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    await wait(this.#pollIntervalMs, undefined, options).catch(stopWaiting);
  }
}

/** `replaced`: another file has its name; `cut`: it is shorter than what was read of it. */
type FileState = 'growing' | 'replaced' | 'cut';

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Between the old file's going and the new one's coming there is none; what cannot be read shows when it is. */
function nothingThere(): undefined {
  return undefined;
}

function stopWaiting(): undefined {
  return undefined;
}
