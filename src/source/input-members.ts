import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { AgentError } from '../errors/index.ts';
import { checkBytes } from './checked-bytes.ts';
import { readFileBytes } from './file-bytes.ts';
import { inflate } from './inflate.ts';
import { type Content, kindOfPath, type NamedKind } from './input-kind.ts';
import type { Input } from './input-list.ts';
import { sniff } from './sniff.ts';

/** One stream of records: a file, or one of the files in an archive. */
export interface Member {
  /** The input's path, with `!` and the entry's name for one of an archive. */
  readonly name: string;
  readonly content: Content;
  /** Path of the file itself, where it is not wrapped in anything. */
  readonly file: string | undefined;
  /**
   * Its bytes, decompressed, from `offset` on; each chunk is good until the next is asked for. May throw
   * while being read, after all sound bytes.
   */
  open(offset: number): AsyncIterable<Buffer>;
}

/** The streams of records in an input. Throws what the file system or a damaged archive gives. */
export async function* openMembers(
  input: Input,
  stdin: AsyncIterable<Uint8Array>,
): AsyncGenerator<Member, void, undefined> {
  const { path, kind } = input;
  switch (kind.container) {
    case 'none':
      yield {
        name: path,
        content: kind.content,
        file: path,
        open: (offset) => readFileBytes(path, offset),
      };
      return;
    case 'gzip':
      yield {
        name: path,
        content: kind.content,
        file: undefined,
        open: (offset) => skip(inflate(readFileBytes(path), 'gzip'), offset),
      };
      return;
    case 'zip':
      yield* openEntries(path);
      return;
    case 'unknown':
      yield* openUnknown(path, kind.content, path === '-' ? stdin : readFileBytes(path));
  }
}

async function* openUnknown(
  path: string,
  expected: Content | 'unknown',
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Member, void, undefined> {
  const found = await sniff(source);
  if (found.content === 'zip') {
    await found.close();
    if (path === '-') throw new Error('an archive cannot be read from standard input: name its file');
    yield* openEntries(path);
    return;
  }
  const content = expected === 'evtx' || found.content === 'unknown' ? expected : found.content;
  if (content === 'unknown') {
    await found.close();
    throw new AgentError(
      'PC_SOURCE_KIND',
      'neither its name nor its first bytes say what it is; --format does',
    );
  }
  yield { name: path, content, file: undefined, open: (offset) => skip(found.bytes, offset) };
}

async function* openEntries(path: string): AsyncGenerator<Member, void, undefined> {
  const archive = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true });
  let count = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      const kind = kindOfPath(entry.fileName, 'auto');
      if (entry.fileName.endsWith('/') || kind === undefined) continue;
      count += 1;
      yield {
        name: `${path}!${entry.fileName}`,
        content: kind.content,
        file: undefined,
        open: (offset) => skip(openEntry(archive, entry, kind), offset),
      };
    }
  } finally {
    archive.close();
  }
  if (count === 0) throw new Error('the archive holds no file of a kind that is read');
}

async function* openEntry(
  archive: ZipFile,
  entry: Entry,
  kind: NamedKind,
): AsyncGenerator<Buffer, void, undefined> {
  if (kind.container === 'zip') throw new Error('an archive in an archive is not read');
  if (entry.isEncrypted()) throw new Error('the entry is encrypted');
  const method = entry.compressionMethod;
  if (method !== 0 && method !== 8)
    throw new Error(`the entry is compressed by method ${method}, not by deflate`);
  const stored = await archive.openReadStreamPromise(entry, { decodeFileData: false });
  const bytes = method === 0 ? stored : inflate(stored, 'raw');
  const checked = checkBytes(bytes, entry.crc32);
  yield* kind.container === 'gzip' ? inflate(checked, 'gzip') : checked;
}

async function* skip(bytes: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void, undefined> {
  let left = offset;
  for await (const chunk of bytes) {
    if (left === 0) yield chunk;
    else if (left >= chunk.length) left -= chunk.length;
    else {
      yield chunk.subarray(left);
      left = 0;
    }
  }
}
