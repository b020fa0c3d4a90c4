import { inflate } from './inflate.ts';
import type { InputKind } from './input-kind.ts';

const sniffedBytes = 8;

/** What a stream without a name holds, told by its first bytes, and all of its bytes, decompressed. */
export async function sniff(
  source: AsyncIterable<Uint8Array>,
): Promise<{ content: InputKind['content'] | undefined; bytes: AsyncIterable<Buffer> }> {
  const plain = await peek(source);
  if (plain.head.toString('latin1', 0, 4) === 'PK\x03\x04') {
    throw new Error('an archive cannot be read from standard input: name its file');
  }
  const isGzip = plain.head[0] === 0x1f && plain.head[1] === 0x8b;
  const { head, bytes } = isGzip ? await peek(inflate(plain.bytes, 'gzip')) : plain;
  const isEvtx = head.toString('latin1', 0, sniffedBytes) === 'ElfFile\0';
  return { content: isEvtx ? 'evtx' : undefined, bytes };
}

/** The first bytes of a stream, and the whole of it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; bytes: AsyncIterable<Buffer> }> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < sniffedBytes) {
    const next = await pieces.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, bytes: replay(head, pieces) };
}

async function* replay(
  head: Buffer,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  if (head.length > 0) yield head;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    const { buffer, byteOffset, length } = next.value;
    yield Buffer.from(buffer, byteOffset, length);
  }
}
