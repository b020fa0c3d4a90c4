import { decodeJson, type JsonFormat } from '../event/index.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import type { Member } from './input-members.ts';
import { inputStart, isRecordHeading, RecordSplitter, type SplitPlace } from './record-splitter.ts';

export interface JsonReadOptions {
  readonly format: JsonFormat | 'auto';
  readonly maxRecordBytes: number;
}

/** Where a JSON reader is between two documents. */
export interface TextPlace {
  readonly text: SplitPlace;
}

/**
 * Reads the JSON documents of one member into the batch, and yields where it is each time the batch is
 * full. Where the bytes end in an error, all before it is read, and the error is a rejection.
 */
export async function* readJsonRecords(
  member: Member,
  batch: BatchBuilder,
  options: JsonReadOptions,
  start: SplitPlace = inputStart,
): AsyncGenerator<TextPlace, void, undefined> {
  const splitter = new RecordSplitter(options.maxRecordBytes, start);
  let counted = start.offset;
  const takeAll = function* (): Generator<TextPlace, void, undefined> {
    while (splitter.next()) {
      addStretch(splitter, member.name, batch, options);
      batch.read(splitter.consumed - counted);
      counted = splitter.consumed;
      if (batch.isFull) yield { text: splitter.place };
    }
  };
  let failure: unknown;
  try {
    for await (const bytes of member.open(start.offset)) {
      splitter.push(bytes);
      yield* takeAll();
    }
  } catch (error) {
    failure = error;
  }
  splitter.end();
  yield* takeAll();
  batch.read(splitter.consumed - counted);
  if (failure !== undefined) {
    const { record, consumed } = splitter;
    rejectBroken(batch, failure, { source: member.name, record, offset: consumed });
  }
}

function addStretch(
  splitter: RecordSplitter,
  source: string,
  batch: BatchBuilder,
  options: JsonReadOptions,
): void {
  const { kind, text, record, offset, size } = splitter;
  const position = { source, record, offset };
  if (kind === 'document') {
    batch.add(decodeJson(text, position, options.format), position);
    return;
  }
  batch.skip(size);
  if (kind === 'overlong') {
    const message = `${size} bytes in one record, at most ${options.maxRecordBytes} are read`;
    batch.reject('PC_SOURCE_RECORD_SIZE', position, message);
  } else if (!isRecordHeading(text)) {
    batch.reject('PC_EVENT_JSON', position, 'text between JSON documents');
  }
}
