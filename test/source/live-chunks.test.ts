import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { expect, it } from 'vitest';
import type { ProcessEvent } from '../../src/event/index.ts';
import { openFileSource, type SourceBatch } from '../../src/source/index.ts';

const batchSize = 100;

function line(name: string): string {
  return `{"@timestamp":"2024-05-01T12:00:00Z","process":{"name":"${name}"}}\n`;
}

function namesOf(batch: SourceBatch | undefined): (string | undefined)[] {
  return (batch?.events ?? []).map((event) => (event as ProcessEvent).process.name);
}

/** The batches of standard input, and what came of all of it that was not asked for singly. */
function readStdin(stdin: AsyncIterable<Uint8Array>, signal?: AbortSignal) {
  const options = signal === undefined ? { batchSize } : { batchSize, signal };
  const batches = openFileSource(['-'], { stdin }).batches(options)[Symbol.asyncIterator]();
  return {
    next: async () => namesOf((await batches.next()).value as SourceBatch | undefined),
    async rest() {
      const names: (string | undefined)[] = [];
      for (;;) {
        const { done, value } = await batches.next();
        if (done === true) return names;
        names.push(...namesOf(value));
      }
    },
  };
}

it('what has come is handed over while the writer is silent', async () => {
  const stdin = new PassThrough();
  const reading = readStdin(stdin);
  stdin.write(line('a') + line('b'));
  expect(await reading.next()).toEqual(['a', 'b']);
  stdin.write(line('c').slice(0, 20));
  stdin.write(line('c').slice(20) + line('half').slice(0, 10));
  expect(await reading.next()).toEqual(['c']);
  stdin.end(line('half').slice(10));
  expect(await reading.rest()).toEqual(['half']);
});

it('so is what comes compressed', async () => {
  const stdin = createGzip();
  const reading = readStdin(stdin);
  // The last bytes of what has come may be the stream's trailer: they wait for those after them.
  stdin.write(line('a') + line('b').repeat(50));
  stdin.flush();
  expect((await reading.next())[0]).toBe('a');
  stdin.end(line('z'));
  expect((await reading.rest()).at(-1)).toBe('z');
});

it('a stop ends a stream that nothing more comes out of, and loses nothing that came', async () => {
  const stdin = new PassThrough();
  const stop = new AbortController();
  const reading = readStdin(stdin, stop.signal);
  const names = Array.from({ length: 2 * batchSize + 50 }, (_, index) => `${index}.exe`);
  stdin.write(names.map(line).join(''));
  const first = await reading.next();
  stop.abort();
  expect([...first, ...(await reading.rest())]).toEqual(names);
});

it('a stop ends a stream that never said anything', async () => {
  const stop = new AbortController();
  const reading = readStdin(new PassThrough(), stop.signal);
  const rest = reading.rest();
  stop.abort();
  expect(await rest).toEqual([]);
});

it('a stream that breaks after a pause is a rejection, and what came before it is read', async () => {
  const stdin = new PassThrough();
  const batches = openFileSource(['-'], { stdin }).batches({ batchSize })[Symbol.asyncIterator]();
  stdin.write(line('a'));
  const first = (await batches.next()).value as SourceBatch;
  expect(namesOf(first)).toEqual(['a']);
  stdin.destroy(new Error('the pipe broke'));
  const second = (await batches.next()).value as SourceBatch;
  expect(second.rejections.map(({ message }) => message).join()).toMatch(/the pipe broke/);
  expect((await batches.next()).done).toBe(true);
});
