/** The columns that take one category each from a map of values; unseen categories get the fallback. */
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
  /** Pair of units by slot: `(first << 16 | second) >>> 0`. */
  readonly keys: Uint32Array;
  /** `columns.length` numbers a slot; a free slot holds the fallbacks. */
  readonly values: Float32Array;
  /** Fills free slots. No category has this key, so that looking it up ends on fallbacks too. */
  readonly freeKey: number;
  /** 32 − log2(slots). */
  readonly shift: number;
  /** For the last position of a text, whose bigram is the empty string. */
  readonly emptyValues: Float32Array;
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
  const freeKey = findFreeKey(pairs);
  const keys = new Uint32Array(1 << bits).fill(freeKey);
  const values = new Float32Array((1 << bits) * columns.length);
  for (let at = 0; at < values.length; at++) values[at] = columns[at % columns.length]!.fallback;

  const table: BigramTable = {
    columns: Int32Array.from(columns, ({ column }) => column),
    keys,
    values,
    freeKey,
    shift: 32 - bits,
    emptyValues: Float32Array.from(columns, (column) => numberOf(column, '')),
  };
  for (const [key, category] of pairs) {
    const slot = findSlot(table, key);
    keys[slot] = key;
    columns.forEach((column, index) => {
      values[slot * columns.length + index] = numberOf(column, category);
    });
  }
  return table;
}

export function writeBigram(
  table: BigramTable,
  first: number,
  second: number,
  out: Float32Array,
  offset: number,
): void {
  const { columns, values } = table;
  const count = columns.length;
  const from = findSlot(table, pairKey(first, second)) * count;
  for (let index = 0; index < count; index++) out[offset + columns[index]!] = values[from + index]!;
}

export function writeEmptyBigram(table: BigramTable, out: Float32Array, offset: number): void {
  const { columns, emptyValues } = table;
  for (let index = 0; index < columns.length; index++) out[offset + columns[index]!] = emptyValues[index]!;
}

function pairKey(first: number, second: number): number {
  return ((first << 16) | second) >>> 0;
}

/** Linear probing; the table is at most half full, so that a free slot always ends the search. */
function findSlot(table: BigramTable, key: number): number {
  const { keys, freeKey } = table;
  const mask = keys.length - 1;
  let slot = Math.imul(key, 0x9e3779b1) >>> table.shift;
  while (keys[slot] !== key && keys[slot] !== freeKey) slot = (slot + 1) & mask;
  return slot;
}

function findFreeKey(pairs: ReadonlyMap<number, string>): number {
  let key = 0xffffffff;
  while (pairs.has(key)) key--;
  return key;
}

function numberOf(column: CategoryColumn, category: string): number {
  return Object.hasOwn(column.values, category) ? column.values[category]! : column.fallback;
}
