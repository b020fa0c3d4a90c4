import type { BatchBuilder } from './batch-builder.ts';
import { rejectBroken } from './broken-input.ts';
import { DocumentReader, type JsonReadOptions } from './document-reader.ts';
import type { Member } from './input-members.ts';
import { inputStart, type SplitPlace } from './record-splitter.ts';

/** Where a JSON reader is between two documents. */
export interface TextPlace {
  readonly text: SplitPlace;
  /** Behind the last one. */
  readonly isDone?: true;
}

/**
 * Reads the JSON documents of one member into the batch, and yields where it is each time the batch is full, or the
 * bytes pause, which an empty chunk says, and at the end. Where they end in an error, all before it is read, and the error is a rejection.
 */
export async function* readJsonRecords(
  member: Member,
  batch: BatchBuilder,
  options: JsonReadOptions,
  start: SplitPlace = inputStart,
  signal?: AbortSignal,
): AsyncGenerator<TextPlace, void, undefined> {
  const reader = new DocumentReader(member.name, batch, options, start);
  let failure: unknown;
  try {
    for await (const bytes of member.open(start.offset)) {
      reader.push(bytes);
      for (const _ of reader.take()) yield { text: reader.place };
      if (bytes.length === 0 && !batch.isEmpty) yield { text: reader.place };
    }
  } catch (error) {
    failure = error;
  }
  reader.end(failure === undefined && signal?.aborted !== true);
  for (const _ of reader.take()) yield { text: reader.place };
  const text = reader.place;
  const { record, offset } = text;
  if (failure !== undefined) rejectBroken(batch, failure, { source: member.name, record, offset });
  yield { text, isDone: true };
}
