import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** What tells a file from another of the same name; it holds for longer files that begin as this one did. */
export interface FileMark {
  /** Bytes the mark is of. */
  readonly size: number;
  /** Hash of the first and the last of those bytes. */
  readonly digest: string;
}

const edgeBytes = 4_096;
/** 96 bits: nobody makes another file that passes for one that was read. */
const digestLength = 16;

/** Mark of a file as it is now; `undefined` for what is no file or cannot be read: a pipe never comes twice. */
export async function markFile(path: string): Promise<FileMark | undefined> {
  return withFile(path, (handle, size) => markBytes(handle, size));
}

/** Whether the file still begins with what the mark is of, and has `leastBytes` or more. */
export async function beginsAsMarked(path: string, mark: FileMark, leastBytes: number): Promise<boolean> {
  const isSame = await withFile(path, async (handle, size) => {
    return size >= leastBytes && (await matchesMark(handle, mark));
  });
  return isSame === true;
}

/** {@link beginsAsMarked} for a file that is open. */
export async function matchesMark(handle: FileHandle, mark: FileMark): Promise<boolean> {
  return (await markBytes(handle, mark.size))?.digest === mark.digest;
}

/** Mark of the first `size` bytes; `undefined` when there are fewer. */
export async function markBytes(handle: FileHandle, size: number): Promise<FileMark | undefined> {
  const headSize = Math.min(size, edgeBytes);
  const tailSize = Math.min(size - headSize, edgeBytes);
  const edges = Buffer.alloc(headSize + tailSize);
  const head = await handle.read(edges, 0, headSize, 0);
  const tail = await handle.read(edges, headSize, tailSize, size - tailSize);
  if (head.bytesRead + tail.bytesRead < edges.length) return undefined;
  return { size, digest: shortHash(edges) };
}

/** Names a marked file among those that were read. */
export function keyOf(path: string, { size, digest }: FileMark): string {
  return shortHash(JSON.stringify([path, size, digest]));
}

/** Characters in each key. */
export const keyLength = digestLength;

function shortHash(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('base64url').slice(0, digestLength);
}

/** Only a file is opened: opening a pipe would wait for who writes to it, and take what it holds. */
async function withFile<T>(
  path: string,
  look: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T | undefined> {
  try {
    if (!(await stat(path)).isFile()) return undefined;
    const handle = await open(path, 'r');
    try {
      return await look(handle, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch {
    // Whoever reads it is told why that fails.
    return undefined;
  }
}
