import { inflate } from './inflate.ts';
import type { Content } from './input-kind.ts';
import { readByteOrderMark } from './text-encoding.ts';

const sniffedBytes = 8;

export interface Sniffed {
  readonly content: Content | 'zip' | 'unknown';
  /** All of the stream, decompressed. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Lets go of the stream when its bytes are not read. */
  close(): Promise<void>;
}

/** What a stream holds whose name does not say it, told by its first bytes. */
export async function sniff(source: AsyncIterable<Uint8Array>): Promise<Sniffed> {
  const plain = await peek(source);
  if (plain.head.toString('latin1', 0, 4) === 'PK\x03\x04') return { content: 'zip', ...plain };
  const isGzip = plain.head[0] === 0x1f && plain.head[1] === 0x8b;
  const peeked = isGzip ? await peek(inflate(plain.bytes, 'gzip')) : plain;
  return { content: contentOf(peeked.head), ...peeked };
}

function contentOf(head: Buffer): Content | 'unknown' {
  if (head.toString('latin1', 0, sniffedBytes) === 'ElfFile\0') return 'evtx';
  const { encoding, size } = readByteOrderMark(head);
  const text = head.toString(encoding, size, sniffedBytes);
  return /^\s*(?:[{[]|$)/.test(text) ? 'json' : 'unknown';
}

/** The first bytes of a stream, and the whole of it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer } & Pick<Sniffed, 'bytes' | 'close'>> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < sniffedBytes) {
    const next = await pieces.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const close = async (): Promise<void> => {
    await pieces.return?.();
  };
  return { head, bytes: replay(head, pieces), close };
}

async function* replay(
  head: Buffer,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await rest.next();
      if (next.done === true) return;
      const { buffer, byteOffset, length } = next.value;
      yield Buffer.from(buffer, byteOffset, length);
    }
  } finally {
    await rest.return?.();
  }
}
