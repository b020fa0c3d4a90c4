import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes in order. */
export interface EvtxInput {
  /**
   * Fills `target` from `at` with the next `length` bytes; fewer only at the end. Answers at once
   * where it can: a promise for every 64 KiB of a file costs more than the read.
   */
  read(target: Buffer, at: number, length: number): number | Promise<number>;
}

/** A file read by place, 64 KiB at a time. Close it. */
export class EvtxFile implements EvtxInput {
  readonly path: string;
  readonly size: number;
  readonly #descriptor: number;
  #position = 0;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
    this.size = fstatSync(this.#descriptor).size;
  }

  read(target: Buffer, at: number, length: number): number {
    const size = this.readAt(target, at, length, this.#position);
    this.#position += size;
    return size;
  }

  seek(position: number): void {
    this.#position = position;
  }

  readAt(target: Buffer, at: number, length: number, position: number): number {
    let total = 0;
    while (total < length) {
      const size = readSync(this.#descriptor, target, at + total, length - total, position + total);
      if (size === 0) break;
      total += size;
    }
    return total;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** A stream of bytes in pieces of any size, e.g. a decompressor's output. */
export class EvtxStream implements EvtxInput {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async read(target: Buffer, at: number, length: number): Promise<number> {
    let total = 0;
    while (total < length) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) break;
        this.#piece = next.value;
        continue;
      }
      const taken = this.#piece.subarray(0, length - total);
      target.set(taken, at + total);
      total += taken.length;
      this.#piece = this.#piece.subarray(taken.length);
    }
    return total;
  }
}
