import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineReader } from '../../../src/agent/control/line-reader.ts';
import type { Wire } from '../../../src/agent/control/transport.ts';

/** A wire that hands these chunks over and then is closed. */
function wireOf(chunks: readonly Uint8Array[]): Wire {
  const left = [...chunks];
  return { read: async () => left.shift(), write: async () => undefined, close: () => undefined };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

async function readAll(reader: LineReader): Promise<string[]> {
  const lines: string[] = [];
  for (let line = await reader.next(100); line !== undefined; line = await reader.next(100)) lines.push(line);
  return lines;
}

describe('lines of a wire', () => {
  const texts = fc.array(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\n', '')),
    {
      maxLength: 10,
    },
  );

  it('are the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (lines, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          expect(await readAll(new LineReader(wireOf(cut(bytes, sizes)), 4_096))).toEqual(
            lines.map((line) => Buffer.from(line).toString()),
          );
        },
      ),
    );
  });

  it('longer than allowed are refused, whether or not they end', async () => {
    for (const text of ['x'.repeat(101), `${'x'.repeat(101)}\n`]) {
      for (const size of [1, 60, 200]) {
        const reader = new LineReader(wireOf(cut(Buffer.from(text), [size])), 100);
        await expect(reader.next(100)).rejects.toThrow(
          expect.objectContaining({ code: 'PC_CONTROL_PROTOCOL' }),
        );
      }
    }
    expect(await new LineReader(wireOf([Buffer.from(`${'x'.repeat(100)}\n`)]), 100).next(100)).toHaveLength(
      100,
    );
  });

  it('that are cut off are refused', async () => {
    const reader = new LineReader(wireOf([Buffer.from('whole\nhal')]), 100);
    expect(await reader.next(100)).toBe('whole');
    await expect(reader.next(100)).rejects.toThrow(/middle of a line/);
  });

  it('must be complete in time, however they drip in', async () => {
    const drip: Wire = {
      read: async (timeoutMs) => {
        await new Promise((resolve) => setTimeout(resolve, Math.min(timeoutMs, 5)));
        return Buffer.from(timeoutMs > 0 ? 'x' : '\n');
      },
      write: async () => undefined,
      close: () => undefined,
    };
    // The last look has no time left: the reader asked with 0.
    expect((await new LineReader(drip, 10_000).next(50))?.length).toBeLessThan(50);
  });
});
