import type { FfiName } from './functions.ts';

/** What the reader thread is started with. */
export interface ReaderTask {
  readonly libraryPath: string;
  readonly ffi: FfiName;
  readonly handle: bigint;
  readonly bufferBytes: number;
  /** Bytes that may wait on the main thread's side at once. */
  readonly creditBytes: number;
}

/** From the reader thread. A batch's memory goes over with it. */
export type ReaderMessage =
  | { readonly kind: 'batch'; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly message: string };

/** To the reader thread: this many bytes were used up. */
export type BytesUsed = number;
