import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { ResultWriter } from '../../src/cli/result-writer.ts';

test('a slow reader gets every line, and leaves no listener behind', async () => {
  let received = '';
  const slow = new Writable({
    highWaterMark: 16,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      received += chunk;
      setImmediate(done);
    },
  });
  const writer = new ResultWriter(slow);
  const listeners = (): number[] => ['drain', 'close', 'error'].map((event) => slow.listenerCount(event));
  const before = listeners();
  for (let line = 0; line < 40; line++) {
    writer.line(`line ${line} of forty`);
    await writer.flush(true);
  }
  expect(received.split('\n')).toHaveLength(41);
  expect(listeners()).toEqual(before);
});
