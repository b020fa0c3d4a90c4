import { u16, u32 } from './bytes.ts';
import { VALUE_ARRAY, ValueType } from './layout.ts';

const INITIAL_CAPACITY = 32;

/** The values of one template instance: where each lies in the chunk, and its type. Reusable. */
export class ValueTable {
  readonly bytes: Buffer;
  count = 0;
  /** Where the last value ends. */
  end = 0;
  types = new Uint8Array(INITIAL_CAPACITY);
  offsets = new Int32Array(INITIAL_CAPACITY);
  sizes = new Int32Array(INITIAL_CAPACITY);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Type of a value; a value that is not there is null. */
  typeOf(index: number): number {
    return index >= 0 && index < this.count ? this.types[index]! : ValueType.null;
  }

  isNull(index: number): boolean {
    return this.typeOf(index) === ValueType.null;
  }

  isArray(index: number): boolean {
    return (this.typeOf(index) & VALUE_ARRAY) !== 0;
  }

  reserve(count: number): void {
    if (count <= this.types.length) return;
    const capacity = Math.max(count, this.types.length * 2);
    this.types = new Uint8Array(capacity);
    this.offsets = new Int32Array(capacity);
    this.sizes = new Int32Array(capacity);
  }
}

/**
 * Reads the count, the descriptors (size, type) and the places of an instance's values from `at`.
 * False when they do not fit before `limit`.
 */
export function readValueTable(table: ValueTable, at: number, limit: number): boolean {
  if (at + 4 > limit) return false;
  const bytes = table.bytes;
  const count = u32(bytes, at);
  if (count * 4 > limit - at - 4) return false;
  table.reserve(count);
  const { types, offsets, sizes } = table;
  let descriptor = at + 4;
  let offset = descriptor + count * 4;
  for (let i = 0; i < count; i++) {
    const size = u16(bytes, descriptor);
    sizes[i] = size;
    types[i] = bytes[descriptor + 2]!;
    offsets[i] = offset;
    offset += size;
    descriptor += 4;
  }
  table.count = count;
  table.end = offset;
  return offset <= limit;
}
