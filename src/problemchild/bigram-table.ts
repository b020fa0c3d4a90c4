/** A column that takes one number a category; unseen categories get the fallback. */
export interface CategoryColumn {
  readonly column: number;
  readonly values: Readonly<Record<string, number>>;
  readonly fallback: number;
}

/**
 * What one bigram position writes: an open-addressing hash table from a pair of UTF-16 units to one number
 * a column, in typed arrays, so that no string is made to look a bigram up.
 */
export interface BigramTable {
  readonly columns: Int32Array;
  /**
   * Slots one after another, each a pair of units, `first << 16 | second`, and then one number a
   * column; a free slot holds the fallbacks. Last comes a slot for the empty string.
   */
  readonly keys: Int32Array;
  /** The same memory as numbers, so that a slot's key and numbers share a cache line. */
  readonly numbers: Float32Array;
  /** Fills free slots. No category has this key, so that looking it up ends on fallbacks too. */
  readonly freeKey: number;
  /** Slots − 1; slots are a power of two. */
  readonly mask: number;
  /** 32 − log2(slots). */
  readonly shift: number;
}

export function buildBigramTable(columns: readonly CategoryColumn[]): BigramTable {
  const pairs = new Map<number, string>();
  for (const { values } of columns) {
    for (const category of Object.keys(values)) {
      // Categories of another length can never occur.
      if (category.length === 2) {
        pairs.set(pairKey(category.charCodeAt(0), category.charCodeAt(1)), category);
      }
    }
  }
  const bits = Math.max(1, Math.ceil(Math.log2(pairs.size * 2 + 1)));
  const slots = 1 << bits;
  const stride = columns.length + 1;
  const memory = new ArrayBuffer((slots + 1) * stride * 4);
  const table: BigramTable = {
    columns: Int32Array.from(columns, ({ column }) => column),
    keys: new Int32Array(memory),
    numbers: new Float32Array(memory),
    freeKey: findFreeKey(pairs),
    mask: slots - 1,
    shift: 32 - bits,
  };
  const fill = (start: number, key: number, numberOf: (column: CategoryColumn) => number) => {
    table.keys[start] = key;
    columns.forEach((column, index) => {
      table.numbers[start + 1 + index] = numberOf(column);
    });
  };
  for (let slot = 0; slot < slots; slot++) fill(slot * stride, table.freeKey, ({ fallback }) => fallback);
  fill(slots * stride, table.freeKey, (column) => numberOf(column, ''));
  for (const [key, category] of pairs)
    fill(findSlot(table, key), key, (column) => numberOf(column, category));
  return table;
}

export function writeBigram(
  table: BigramTable,
  first: number,
  second: number,
  out: Float32Array,
  offset: number,
): void {
  writeSlot(table, findSlot(table, pairKey(first, second)), out, offset);
}

export function writeEmptyBigram(table: BigramTable, out: Float32Array, offset: number): void {
  writeSlot(table, (table.mask + 1) * (table.columns.length + 1), out, offset);
}

function writeSlot(
  { columns, numbers }: BigramTable,
  start: number,
  out: Float32Array,
  offset: number,
): void {
  for (let index = 0; index < columns.length; index++) {
    out[offset + columns[index]!] = numbers[start + 1 + index]!;
  }
}

function pairKey(first: number, second: number): number {
  return (first << 16) | second;
}

/** Where the key's slot starts. The table is at most half full, so that a free slot always ends the search. */
function findSlot({ keys, freeKey, mask, shift, columns }: BigramTable, key: number): number {
  const stride = columns.length + 1;
  let slot = Math.imul(key, 0x9e3779b1) >>> shift;
  for (;;) {
    const found = keys[slot * stride]!;
    if (found === key || found === freeKey) return slot * stride;
    slot = (slot + 1) & mask;
  }
}

function findFreeKey(pairs: ReadonlyMap<number, string>): number {
  let key = -1;
  while (pairs.has(key)) key--;
  return key;
}

function numberOf(column: CategoryColumn, category: string): number {
  return Object.hasOwn(column.values, category) ? column.values[category]! : column.fallback;
}
