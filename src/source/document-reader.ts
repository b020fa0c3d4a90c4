import { decodeJson, type JsonFormat } from '../event/index.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { isRecordHeading, RecordSplitter, type SplitPlace } from './record-splitter.ts';

export interface JsonReadOptions {
  readonly format: JsonFormat | 'auto';
  readonly maxRecordBytes: number;
}

/** Makes events of the JSON documents in a stream of bytes and puts them into a batch, every byte counted. */
export class DocumentReader {
  readonly #source: string;
  readonly #batch: BatchBuilder;
  readonly #options: JsonReadOptions;
  readonly #splitter: RecordSplitter;
  /** Offset up to which bytes are counted. */
  #counted: number;

  constructor(source: string, batch: BatchBuilder, options: JsonReadOptions, start: SplitPlace) {
    this.#source = source;
    this.#batch = batch;
    this.#options = options;
    this.#splitter = new RecordSplitter(options.maxRecordBytes, start);
    this.#counted = start.offset;
  }

  /** Where it is between two documents. */
  get place(): SplitPlace {
    return this.#splitter.place;
  }

  push(bytes: Buffer): void {
    this.#splitter.push(bytes);
  }

  /** No more bytes will come: what is left counts as a document. `isWhole` where the input itself ends here. */
  end(isWhole = true): void {
    this.#splitter.end(isWhole);
  }

  /** Takes the documents there are into the batch; yields each time that is full. */
  *take(): Generator<void, void, undefined> {
    while (this.#splitter.next()) {
      this.#add();
      this.#count();
      if (this.#batch.isFull) yield;
    }
    this.#count();
  }

  #count(): void {
    const { consumed } = this.#splitter;
    this.#batch.read(consumed - this.#counted);
    this.#counted = consumed;
  }

  #add(): void {
    const { kind, text, record, offset, size } = this.#splitter;
    const position = { source: this.#source, record, offset };
    if (kind === 'document') {
      this.#batch.add(decodeJson(text, position, this.#options.format), position);
      return;
    }
    this.#batch.skip(size);
    if (kind === 'overlong') {
      const message = `${size} bytes in one record, at most ${this.#options.maxRecordBytes} are read`;
      this.#batch.reject('PC_SOURCE_RECORD_SIZE', position, message);
    } else if (kind === 'unclosed') {
      this.#batch.reject(
        'PC_EVENT_JSON',
        position,
        'the list is not closed: the input ends in the middle of it',
      );
    } else if (!isRecordHeading(text)) {
      this.#batch.reject('PC_EVENT_JSON', position, 'text between JSON documents');
    }
  }
}
