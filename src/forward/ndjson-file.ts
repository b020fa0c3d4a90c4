import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DeliveryFailure, type Destination, type SendResult, sameVerdict } from './destination.ts';
import type { QueuedEntry } from './outbox.ts';
import { finishRotation, type RotatedFile, rotateFile } from './rotated-file.ts';

export interface NdjsonFileOptions extends RotatedFile {
  readonly maxFileBytes: number;
}

/** How much of a file's end is looked at for what was written before a crash. */
const tailBytes = 8_388_608;
/** How long a file that a reader holds open grows beyond its size before it is tried to rotate it again. */
const heldMs = 60_000;

/**
 * One document a line, in a file that is rotated by size. A batch is on the disk before it counts as delivered. After
 * a crash a torn last line is cut off, and what the file already holds is not written twice.
 */
export class NdjsonFile implements Destination {
  readonly #options: NdjsonFileOptions;
  readonly #prepare: (entry: QueuedEntry) => string;
  readonly #nowMs: () => number;
  #descriptor: number | undefined;
  #size = 0;
  /** Not before this is the file rotated, on the clock of `nowMs`. */
  #rotatesFromMs = Number.NEGATIVE_INFINITY;
  /** Ids at the end of the file when it was opened. */
  #earlier: ReadonlySet<string> = new Set();

  /** @param nowMs a clock that does not step */
  constructor(options: NdjsonFileOptions, prepare: (entry: QueuedEntry) => string, nowMs: () => number) {
    this.#options = options;
    this.#prepare = prepare;
    this.#nowMs = nowMs;
  }

  async send(entries: readonly QueuedEntry[]): Promise<SendResult> {
    try {
      this.#descriptor ??= this.#open();
      let lines = '';
      let pending = 0;
      for (const entry of entries) {
        if (this.#earlier.has(entry.eventId)) continue;
        const line = `${this.#prepare(entry)}\n`;
        const size = Buffer.byteLength(line);
        if (this.#isFull(this.#size + pending, size)) {
          this.#write(lines);
          lines = '';
          pending = 0;
          this.#rotate();
        }
        lines += line;
        pending += size;
      }
      this.#write(lines);
      fsyncSync(this.#descriptor);
      return { verdicts: sameVerdict(entries, 'delivered') };
    } catch (error) {
      // What reached the disk is found again at its end when the file is opened anew.
      await this.close();
      const code = (error as NodeJS.ErrnoException).code ?? 'UNEXPECTED';
      const message = `the file cannot be written: ${code}`;
      throw new DeliveryFailure(message, { code, peer: this.#options.path, cause: error });
    }
  }

  async close(): Promise<void> {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  #isFull(used: number, more: number): boolean {
    if (used === 0 || used + more <= this.#options.maxFileBytes) return false;
    return this.#nowMs() >= this.#rotatesFromMs;
  }

  #open(): number {
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    finishRotation(this.#options);
    // Not through a symbolic link: whoever may write to the folder could aim it anywhere.
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
    const descriptor = openSync(path, flags, 0o640);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      closeSync(descriptor);
      throw Object.assign(new Error(`${path} is no regular file`), { code: 'ENOTFILE' });
    }
    const tail = readTail(descriptor, stats.size);
    const torn = tail.length - (tail.lastIndexOf(0x0a) + 1);
    // A line longer than what was looked at is none of ours to cut.
    if (torn > 0 && torn < tailBytes) ftruncateSync(descriptor, stats.size - torn);
    this.#size = torn < tailBytes ? stats.size - torn : stats.size;
    this.#earlier = idsIn(tail.subarray(0, tail.length - torn));
    return descriptor;
  }

  #write(lines: string): void {
    if (lines === '') return;
    const bytes = Buffer.from(lines);
    const descriptor = this.#descriptor ?? this.#open();
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    this.#size += bytes.length;
  }

  #rotate(): void {
    if (this.#descriptor !== undefined) {
      fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
    }
    const earlier = this.#earlier;
    if (!rotateFile(this.#options)) this.#rotatesFromMs = this.#nowMs() + heldMs;
    this.#descriptor = this.#open();
    this.#earlier = earlier;
  }
}

function readTail(descriptor: number, size: number): Buffer {
  const tail = Buffer.alloc(Math.min(size, tailBytes));
  let length = 0;
  while (length < tail.length) {
    const count = readSync(descriptor, tail, length, tail.length - length, size - tail.length + length);
    if (count === 0) break;
    length += count;
  }
  return tail.subarray(0, length);
}

function idsIn(tail: Buffer): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const line of tail.toString('utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      const id = (JSON.parse(line) as { event?: { id?: unknown } }).event?.id;
      if (typeof id === 'string') ids.add(id);
    } catch {
      // The beginning of the tail may be the rest of a line.
    }
  }
  return ids;
}
