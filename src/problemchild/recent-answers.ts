/** What an answer rests on, part by part. The first part is the one that differs most from question to question. */
export type Facts = readonly (string | number | undefined)[];

interface Entry<T> {
  readonly facts: Facts;
  readonly answer: T;
  /** The one before it with the same first part. */
  older: Entry<T> | undefined;
}

/** Entries with the same first part that are looked through; what comes on top drives out the oldest. */
const longestChain = 16;

/**
 * Answers given lately, by the facts they rest on. It keeps two generations: when the younger is full the older one
 * goes, and what was asked for since then has moved into the younger. So it holds between `capacity` and twice as
 * many of those asked for last, at the cost of a plain map. Facts are kept as they come and compared one by one: texts
 * that somebody else keeps anyway take no memory here, and are equal at a glance.
 */
export class RecentAnswers<T> {
  readonly #capacity: number;
  readonly #maxFactsLength: number;
  #younger = new Map<Facts[number], Entry<T>>();
  #older = new Map<Facts[number], Entry<T>>();
  /** Entries of the younger generation. */
  #size = 0;

  /** An answer whose facts together are longer than `maxFactsLength` is not kept: attackers write them. */
  constructor(capacity: number, maxFactsLength: number) {
    this.#capacity = capacity;
    this.#maxFactsLength = maxFactsLength;
  }

  get(facts: Facts): T | undefined {
    const entry = find(this.#younger.get(facts[0]), facts);
    if (entry !== undefined) return entry.answer;
    const aged = find(this.#older.get(facts[0]), facts);
    if (aged === undefined) return undefined;
    this.#add(aged.facts, aged.answer);
    return aged.answer;
  }

  /** The first answer to the same facts stays. */
  set(facts: Facts, answer: T): void {
    let length = 0;
    for (const fact of facts) if (typeof fact === 'string') length += fact.length;
    if (length > this.#maxFactsLength || find(this.#younger.get(facts[0]), facts) !== undefined) return;
    this.#add(facts, answer);
  }

  #add(facts: Facts, answer: T): void {
    if (this.#size >= this.#capacity) {
      this.#older = this.#younger;
      this.#younger = new Map();
      this.#size = 0;
    }
    const older = this.#younger.get(facts[0]);
    this.#younger.set(facts[0], { facts, answer, older });
    this.#size += 1;
    this.#size -= shorten(older, longestChain - 1);
  }
}

function find<T>(newest: Entry<T> | undefined, facts: Facts): Entry<T> | undefined {
  for (let entry = newest; entry !== undefined; entry = entry.older) {
    if (areEqual(entry.facts, facts)) return entry;
  }
  return undefined;
}

function areEqual(a: Facts, b: Facts): boolean {
  for (let part = 0; part < a.length; part++) if (a[part] !== b[part]) return false;
  return a.length === b.length;
}

/** Cuts a chain off after so many entries; answers how many went. */
function shorten<T>(newest: Entry<T> | undefined, longest: number): number {
  let last = newest;
  for (let count = 1; count < longest && last !== undefined; count++) last = last.older;
  if (last?.older === undefined) return 0;
  last.older = undefined;
  return 1;
}
