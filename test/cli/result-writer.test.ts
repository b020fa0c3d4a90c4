import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
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

describe('a stream that fails', () => {
  function failing(code: string): Writable {
    return new Writable({
      write(_chunk, _encoding, done) {
        setImmediate(done, Object.assign(new Error(`${code}: write`), { code }));
      },
    });
  }

  it.each([true, false])('is an error with a code when its disk is full, at the end: %s', async (atEnd) => {
    const writer = new ResultWriter(failing('ENOSPC'));
    const write = async (): Promise<void> => {
      for (let line = 0; line < 3; line++) {
        writer.line('x'.repeat(atEnd ? 10 : 100_000));
        await writer.flush();
      }
      await writer.flush(true);
    };
    await expect(write()).rejects.toMatchObject({ code: 'PC_OUTPUT_UNWRITABLE' });
  });

  it('is the end of the output, and no error, when its reader has gone', async () => {
    const writer = new ResultWriter(failing('EPIPE'));
    writer.line('nobody reads this');
    await writer.flush(true);
    expect(writer.closed).toBe(true);
  });
});

test('a document has no character that a terminal obeys or that ends a line for some readers', async () => {
  let received = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      received += chunk.toString();
      done();
    },
  });
  const document = { line: 'a\u001b[2J\u009b2J\u007f\u0085\u2028\u2029\n' };
  const writer = new ResultWriter(stream);
  writer.json(document);
  await writer.flush(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(received.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  expect(JSON.parse(received)).toEqual(document);
});

test('documents and lines of text keep their order, and text is not escaped', async () => {
  const received: Buffer[] = [];
  const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void received.push(chunk)) });
  const writer = new ResultWriter(stream);
  writer.json({ a: '\u0085' });
  writer.line('text \u0085');
  writer.jsonText('{"b":"\u2028"}');
  writer.json({ c: '®' });
  await writer.flush(true);
  expect(Buffer.concat(received).toString()).toBe(
    '{"a":"\\u0085"}\ntext \u0085\n{"b":"\\u2028"}\n{"c":"®"}\n',
  );
});

test('lines of any length and script arrive whole and in order, however they are flushed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom(1, 1, 30_000), fc.boolean()), {
        maxLength: 30,
      }),
      async (lines) => {
        const kept: Buffer[] = [];
        // As a pipe that is slow to take them: the parts are read only at the end.
        const stream = new Writable({
          write: (chunk: Buffer, _encoding, done) => done(void kept.push(chunk)),
        });
        const writer = new ResultWriter(stream);
        const texts = lines.map(([text, times]) => text.replaceAll('\n', ' ').repeat(times));
        for (const [index, text] of texts.entries()) {
          writer.line(text);
          await writer.flush(lines[index]![2]);
        }
        await writer.flush(true);
        const expected = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        expect(Buffer.concat(kept).equals(expected)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});
