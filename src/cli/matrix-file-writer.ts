import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { AgentError } from '../errors/index.ts';

const headerBytes = 128;
const flushFloats = 1 << 20;

/**
 * A matrix of float32 in the file format of NumPy (`.npy`, version 1.0, C order), written row by row.
 * The number of rows is known at the end, so the header is written last into the room left for it.
 */
export class MatrixWriter {
  readonly #file: FileHandle;
  readonly #width: number;
  readonly #buffer: Float32Array;
  #used = 0;
  #rows = 0;

  private constructor(file: FileHandle, width: number) {
    this.#file = file;
    this.#width = width;
    this.#buffer = new Float32Array(Math.max(width, flushFloats - (flushFloats % width)));
  }

  /**
   * Opens the matrix, and writes the names of its columns to `<path>.columns.json`.
   * @throws AgentError PC_USAGE when there is no such place to write to
   */
  static async create(path: string, columns: readonly string[]): Promise<MatrixWriter> {
    try {
      const file = await open(path, 'w');
      await writeFile(`${path}.columns.json`, `${JSON.stringify(columns)}\n`);
      await file.write(Buffer.alloc(headerBytes));
      return new MatrixWriter(file, columns.length);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AgentError('PC_USAGE', `cannot write the matrix: ${why}`, { where: path, cause });
    }
  }

  /** Lets `fill` write one row into the buffer at the offset it is given. */
  async row(fill: (out: Float32Array, offset: number) => void): Promise<void> {
    if (this.#used + this.#width > this.#buffer.length) await this.#flush();
    fill(this.#buffer, this.#used);
    this.#used += this.#width;
    this.#rows += 1;
  }

  async close(): Promise<void> {
    await this.#flush();
    const shape = `{'descr': '<f4', 'fortran_order': False, 'shape': (${this.#rows}, ${this.#width}), }`;
    const header = Buffer.alloc(headerBytes, 0x20);
    header.write('\x93NUMPY\x01\x00', 0, 'latin1');
    header.writeUInt16LE(headerBytes - 10, 8);
    header.write(shape, 10, 'latin1');
    header[headerBytes - 1] = 0x0a;
    await this.#file.write(header, 0, headerBytes, 0);
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    await this.#file.write(
      new Uint8Array(this.#buffer.buffer, 0, this.#used * Float32Array.BYTES_PER_ELEMENT),
    );
    this.#used = 0;
  }
}
