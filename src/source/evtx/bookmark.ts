/** The last record read of a log. */
export interface EvtxBookmark {
  /** Offset of its chunk in the file. */
  readonly chunkOffset: number;
  /** Offset of the record in the file. */
  readonly recordOffset: number;
  readonly recordId: number;
}

export function formatBookmark({ chunkOffset, recordOffset, recordId }: EvtxBookmark): string {
  return `evtx:${chunkOffset}:${recordOffset}:${recordId}`;
}

/** `undefined` for text that {@link formatBookmark} never made. */
export function parseBookmark(text: string): EvtxBookmark | undefined {
  const match = /^evtx:(\d{1,15}):(\d{1,15}):(\d{1,20})$/.exec(text);
  if (match === null) return undefined;
  const [chunkOffset, recordOffset, recordId] = match.slice(1).map(Number) as [number, number, number];
  return { chunkOffset, recordOffset, recordId };
}
