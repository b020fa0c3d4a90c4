import { u16, u32 } from './bytes.ts';
import { decodeUtf16 } from './text.ts';

/** Link to the next name of its hash bucket, hash, length. */
const NAME_HEADER_SIZE = 8;
/** Far beyond any element or attribute name of Windows. */
const MAX_NAME_LENGTH = 1024;
/** Distinct names kept across chunks; a log uses a few hundred. */
const MAX_INTERNED = 16_384;

/**
 * Element and attribute names of the current chunk by offset. Names of equal text are one string
 * across chunks, so that comparing them and using them as keys costs no second look at the text.
 */
export class NameTable {
  readonly #bytes: Buffer;
  readonly #byOffset = new Map<number, string>();
  readonly #interned = new Map<number, string[]>();
  #internedCount = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Forgets offsets: the bytes now hold another chunk. */
  reset(): void {
    this.#byOffset.clear();
  }

  /** Whether a well-formed name stands at `offset`. */
  isName(offset: number): boolean {
    if (this.#byOffset.has(offset)) return true;
    if (offset + NAME_HEADER_SIZE + 2 > this.#bytes.length) return false;
    const length = u16(this.#bytes, offset + 6);
    const end = offset + NAME_HEADER_SIZE + length * 2;
    return (
      length > 0 && length <= MAX_NAME_LENGTH && end + 2 <= this.#bytes.length && u16(this.#bytes, end) === 0
    );
  }

  read(offset: number): string | undefined {
    const known = this.#byOffset.get(offset);
    if (known !== undefined) return known;
    if (!this.isName(offset)) return undefined;
    const name = this.#intern(offset);
    this.#byOffset.set(offset, name);
    return name;
  }

  /** Bytes of the name at `offset`, where {@link read} found one. */
  sizeAt(offset: number): number {
    return NAME_HEADER_SIZE + u16(this.#bytes, offset + 6) * 2 + 2;
  }

  #intern(offset: number): string {
    // Hash and length as the log has them; a wrong hash costs a missed match, never a wrong name.
    const key = u32(this.#bytes, offset + 4);
    const length = u16(this.#bytes, offset + 6);
    const at = offset + NAME_HEADER_SIZE;
    const candidates = this.#interned.get(key);
    if (candidates !== undefined) {
      for (const candidate of candidates) if (this.#equals(candidate, at, length)) return candidate;
    }
    const name = decodeUtf16(this.#bytes, at, length * 2);
    if (this.#internedCount < MAX_INTERNED) {
      this.#internedCount++;
      if (candidates === undefined) this.#interned.set(key, [name]);
      else candidates.push(name);
    }
    return name;
  }

  #equals(name: string, at: number, length: number): boolean {
    if (name.length !== length) return false;
    for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== u16(this.#bytes, at + i * 2)) return false;
    return true;
  }
}
