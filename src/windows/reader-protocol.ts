import type { FfiName } from './functions.ts';

/** What the reader thread is started with. */
export interface ReaderTask {
  readonly libraryPath: string;
  readonly ffi: FfiName;
  readonly handle: bigint;
  readonly bufferBytes: number;
  /** Batches that may be on their way or in use at once. */
  readonly credit: number;
}

/** From the reader thread. A batch's memory goes over with it. */
export type ReaderMessage =
  | { readonly kind: 'batch'; readonly bytes: Uint8Array; readonly count: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly message: string };

/** To the reader thread: one batch was used up. */
export const batchUsed = 'used';
