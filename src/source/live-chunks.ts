import { Readable } from 'node:stream';

/** So long without a byte, and what has come is handed over: whoever writes has nothing more for now. */
const pauseMs = 10;
const pause: Uint8Array = new Uint8Array(0);

/**
 * The chunks of a stream that something still writes to, and an empty one when no more of them has come for a moment. Ends
 * when the signal aborts: a stream that nothing more comes out of would otherwise be waited for.
 */
export async function* readLiveChunks(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    while (signal?.aborted !== true) {
      const reading = iterator.next();
      let next = await waitFor(reading, signal, pauseMs);
      if (next === 'paused') {
        yield pause;
        next = await waitFor(reading, signal);
      }
      if (typeof next === 'string' || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: a stream in the middle of a read answers only when that read does, and keeps the process from ending.
    void iterator.return?.();
    if (chunks instanceof Readable) chunks.destroy();
  }
}

/** What is read; or that the signal has aborted before, or that it took longer. Nothing of it outlives the read. */
function waitFor<T>(
  reading: Promise<T>,
  signal: AbortSignal | undefined,
  atMostMs?: number,
): Promise<T | 'aborted' | 'paused'> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve('aborted');
    const timer = atMostMs === undefined ? undefined : setTimeout(resolve, atMostMs, 'paused');
    const letGo = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    reading.then(resolve, reject).finally(letGo);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
  });
}
