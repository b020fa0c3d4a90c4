/** The chunks until the signal aborts: a stream that nothing more comes out of would otherwise be waited for. */
export async function* endOnAbort<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  while (!signal.aborted) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next === 'aborted' || next.done === true) break;
    yield next.value;
  }
  // Not waited for: a stream in the middle of a read answers only when that read does.
  void iterator.return?.();
}
