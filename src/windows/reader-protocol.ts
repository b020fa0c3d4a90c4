import type { FfiName } from './functions.ts';

/** What the reader thread is started with. */
export interface ReaderTask {
  readonly libraryPath: string;
  readonly ffi: FfiName;
  readonly handle: bigint;
  readonly bufferBytes: number;
  readonly bufferCount: number;
}

/** From the reader thread. A batch hands its buffer over; the other side sends it back when it is done. */
export type ReaderMessage =
  | {
      readonly kind: 'batch';
      readonly buffer: ArrayBuffer;
      readonly bytes: number;
      readonly count: number;
    }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly message: string };

/** To the reader thread: a buffer it may fill again. */
export type BufferReturn = ArrayBuffer;
