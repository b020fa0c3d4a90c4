import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { AgentError, messageOf } from '../errors/index.ts';

const headerBytes = 128;
const flushFloats = 1 << 20;

/**
 * A matrix of float32 in the file format of NumPy (`.npy`, version 1.0, C order), written row by row.
 * The number of rows is known at the end, so the header is written last into the room left for it.
 */
export class MatrixWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #width: number;
  readonly #buffer: Float32Array;
  #used = 0;
  #rows = 0;

  private constructor(path: string, file: FileHandle, width: number) {
    this.#path = path;
    this.#file = file;
    this.#width = width;
    this.#buffer = new Float32Array(Math.max(width, flushFloats - (flushFloats % width)));
  }

  /**
   * Opens the matrix, and writes the names of its columns to `<path>.columns.json`.
   * @throws AgentError PC_USAGE when there is no such place to write to; as all of this, PC_OUTPUT_UNWRITABLE when
   * it is not taken there
   */
  static async create(path: string, columns: readonly string[]): Promise<MatrixWriter> {
    const file = await openToWrite(path);
    const matrix = new MatrixWriter(path, file, columns.length);
    await writeFile(`${path}.columns.json`, `${JSON.stringify(columns)}\n`).catch(matrix.#fail);
    await matrix.#write(Buffer.alloc(headerBytes));
    return matrix;
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
    await this.#write(header, 0);
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    await this.#write(new Uint8Array(this.#buffer.buffer, 0, this.#used * Float32Array.BYTES_PER_ELEMENT));
    this.#used = 0;
  }

  /** All of it, at the end of the file or from `position` on: the system may take a part, as where the disk is nearly full. */
  async #write(bytes: Uint8Array, position?: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const to = position === undefined ? null : position + at;
      at += (await this.#file.write(bytes, at, bytes.length - at, to).catch(this.#fail)).bytesWritten;
    }
  }

  readonly #fail = (cause: Error): never => {
    const why = `the matrix could not be written: ${cause.message}`;
    throw new AgentError('PC_OUTPUT_UNWRITABLE', why, { where: this.#path, cause });
  };
}

async function openToWrite(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (cause) {
    const why = messageOf(cause);
    throw new AgentError('PC_USAGE', `cannot write the matrix: ${why}`, { where: path, cause });
  }
}
