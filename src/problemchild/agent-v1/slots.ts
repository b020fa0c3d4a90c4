/** Buckets of the hashed part. Bucket 0 is the empty slot, whose weight is 0. Exact in a float32. */
const bucketCount = 2 ** 17;

/** What a slot stands for; the number goes into the hash. */
export const slotKind = {
  word: 1,
  wordPair: 2,
  programWord: 3,
  letters: 4,
  parentWord: 5,
  startedBy: 6,
  classStartedBy: 7,
  program: 8,
  programFolder: 9,
  keyword: 10,
  family: 11,
  programFamily: 12,
  parentFamily: 13,
  parentClassFamily: 14,
  parentFolder: 15,
  shape: 16,
  familyPair: 17,
  userProgram: 18,
  userClasses: 19,
  userFolder: 20,
  userFamilies: 21,
} as const;

export type SlotKind = (typeof slotKind)[keyof typeof slotKind];

const tableSize = 2048;
const goldenRatio = 0x9e3779b1;

/** Thirty-two bits for a name; also the seed that a kind or a program lends to a word's hash. */
export function hashName(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

/**
 * The distinct buckets one event fills, in the order they came, at most `capacity`. Beside each bucket it
 * keeps what filled it first, as two numbers of the kind's own meaning, so that an explanation can name it.
 */
export class SlotList {
  readonly buckets: Uint32Array;
  readonly kinds: Uint8Array;
  readonly firsts: Uint16Array;
  readonly seconds: Uint16Array;
  count = 0;
  readonly #capacity: number;
  readonly #table = new Uint32Array(tableSize);
  /** Which event wrote a table entry; spares clearing the table. */
  readonly #stamps = new Uint32Array(tableSize);
  #stamp = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.buckets = new Uint32Array(capacity);
    this.kinds = new Uint8Array(capacity);
    this.firsts = new Uint16Array(capacity);
    this.seconds = new Uint16Array(capacity);
  }

  clear(): void {
    this.count = 0;
    if (this.#stamp === 0xffffffff) this.#stamps.fill(0);
    this.#stamp = (this.#stamp + 1) >>> 0;
  }

  /** `limit` is how many slots there may be after this one, which keeps room for the kinds to come. */
  add(hash: number, kind: SlotKind, first: number, second: number, limit = this.#capacity): void {
    if (this.count >= limit) return;
    const bucket = bucketOf(hash, kind);
    let at = bucket & (tableSize - 1);
    while (this.#stamps[at] === this.#stamp) {
      if (this.#table[at] === bucket) return;
      at = (at + 1) & (tableSize - 1);
    }
    this.#stamps[at] = this.#stamp;
    this.#table[at] = bucket;
    const index = this.count++;
    this.buckets[index] = bucket;
    this.kinds[index] = kind;
    this.firsts[index] = first;
    this.seconds[index] = second;
  }
}

function bucketOf(hash: number, kind: number): number {
  let mixed = Math.imul(hash ^ Math.imul(kind, goldenRatio), 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return ((mixed >>> 0) % (bucketCount - 1)) + 1;
}
