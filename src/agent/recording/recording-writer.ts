import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AgentError, messageOf } from '../../errors/index.ts';
import { escapeForTerminal } from '../../text/index.ts';
import type { RecordedFile } from './recording-manifest.ts';

/** Text gathered before it is compressed; a crash loses no more than this, or the seconds since the last seal. */
const sealChars = 262_144;

export interface RecordingWriterOptions {
  /** Compressed when it ends in .gz. It must not be there yet. */
  readonly path: string;
  /** A new file is begun at the first seal beyond this; the files are then numbered from 0001. */
  readonly rotateBytes: number | undefined;
  /** Told of what the disk did not take. */
  readonly onFault: (message: string) => void;
}

/**
 * The files of a recording. What is sealed is a whole gzip member on the disk, so that after a crash any tool reads
 * the file up to there without an error. A seal that fails is cut off again and its lines count as lost.
 */
export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  readonly #closed: RecordedFile[] = [];
  #file: OpenFile;
  #lines: string[] = [];
  #chars = 0;
  #written = 0;
  #lost = 0;

  /** @throws AgentError PC_RECORD_UNWRITABLE */
  constructor(options: RecordingWriterOptions) {
    this.#options = options;
    this.#file = createFile(options.rotateBytes === undefined ? options.path : partPath(options.path, 1));
  }

  /** Lines on the disk. */
  get written(): number {
    return this.#written;
  }

  /** Lines that the disk did not take. */
  get lost(): number {
    return this.#lost;
  }

  /** Bytes on the disk, of all files. */
  get bytes(): number {
    return this.#closed.reduce((sum, { bytes }) => sum + bytes, this.#file.bytes);
  }

  get files(): readonly RecordedFile[] {
    return [...this.#closed, describeFile(this.#file)];
  }

  /** Takes one line; it is on the disk after the next seal. */
  add(line: string): void {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= sealChars) this.seal();
  }

  /** Puts everything taken so far on the disk. */
  seal(): void {
    const count = this.#lines.length;
    if (count === 0) return;
    const text = Buffer.from(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#chars = 0;
    try {
      this.#rotateWhenFull();
      append(this.#file, this.#file.isCompressed ? gzipSync(text) : text, count);
      this.#written += count;
    } catch (error) {
      this.#lost += count;
      this.#options.onFault(messageOf(error));
    }
  }

  close(): void {
    this.seal();
    closeSync(this.#file.descriptor);
  }

  #rotateWhenFull(): void {
    const { path, rotateBytes } = this.#options;
    if (rotateBytes === undefined || this.#file.bytes < rotateBytes) return;
    const next = createFile(partPath(path, this.#closed.length + 2));
    this.#closed.push(describeFile(this.#file));
    closeSync(this.#file.descriptor);
    this.#file = next;
  }
}

interface OpenFile {
  readonly name: string;
  readonly descriptor: number;
  readonly isCompressed: boolean;
  readonly hash: Hash;
  bytes: number;
  events: number;
}

/** `events.0001.ndjson.gz`, …: by name in the order in which they were written. */
function partPath(path: string, part: number): string {
  const ending = /(?:\.[^./\\]+)?(?:\.gz)?$/i.exec(path)?.index ?? path.length;
  return `${path.slice(0, ending)}.${String(part).padStart(4, '0')}${path.slice(ending)}`;
}

function createFile(path: string): OpenFile {
  try {
    return {
      name: basename(path),
      // Only whoever records may read what people ran.
      descriptor: openSync(path, 'wx', 0o600),
      isCompressed: path.toLowerCase().endsWith('.gz'),
      hash: createHash('sha256'),
      bytes: 0,
      events: 0,
    };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'the file is there already' : message;
    throw new AgentError('PC_RECORD_UNWRITABLE', `${escapeForTerminal(path, 512)}: ${why}`, {
      where: path,
      cause,
    });
  }
}

function append(file: OpenFile, bytes: Buffer, events: number): void {
  try {
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(file.descriptor, bytes, at, bytes.length - at, file.bytes + at);
    }
    fsyncSync(file.descriptor);
  } catch (error) {
    ftruncateSync(file.descriptor, file.bytes);
    throw error;
  }
  file.hash.update(bytes);
  file.bytes += bytes.length;
  file.events += events;
}

function describeFile({ name, events, bytes, hash }: OpenFile): RecordedFile {
  return { name, events, bytes, sha256: hash.copy().digest('hex') };
}
