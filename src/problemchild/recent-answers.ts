/**
 * Answers given lately, by key. It keeps two generations: when the younger is full the older one goes, and what
 * was asked for since then has moved into the younger. So it holds between `capacity` and twice as many of those
 * asked for last, at the cost of a plain map.
 */
export class RecentAnswers<T> {
  readonly #capacity: number;
  readonly #maxKeyLength: number;
  #younger = new Map<string, T>();
  #older = new Map<string, T>();

  /** An answer whose key is longer than `maxKeyLength` is not kept: keys are made of what attackers write. */
  constructor(capacity: number, maxKeyLength: number) {
    this.#capacity = capacity;
    this.#maxKeyLength = maxKeyLength;
  }

  get(key: string): T | undefined {
    const answer = this.#younger.get(key);
    if (answer !== undefined) return answer;
    const aged = this.#older.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  set(key: string, answer: T): void {
    if (key.length > this.#maxKeyLength) return;
    if (this.#younger.size >= this.#capacity) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(key, answer);
  }
}
