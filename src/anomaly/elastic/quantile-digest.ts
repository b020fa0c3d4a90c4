/** Values are integers below 2^depth. */
const depth = 17;
const leaves = 2 ** depth;
const largest = leaves - 1;
/** Compression factor: a rank is off by depth / factor at most. */
const factor = 512;

/**
 * A q-digest (Shrivastava et al. 2004): counts in the nodes of a binary tree over the values, merged upwards
 * while they are few, so that its size is bounded and ranks are nearly exact. Node 1 is the root, node n has
 * the children 2n and 2n + 1, the leaves begin at 2^depth.
 */
export class QuantileDigest {
  #counts = new Map<number, number>();
  #total = 0;

  /** Takes up what {@link toJSON} gave. */
  static from(nodes: readonly (readonly [number, number])[]): QuantileDigest {
    const digest = new QuantileDigest();
    for (const [node, count] of nodes) {
      digest.#counts.set(node, count);
      digest.#total += count;
    }
    return digest;
  }

  get total(): number {
    return this.#total;
  }

  get nodes(): number {
    return this.#counts.size;
  }

  add(value: number, count = 1): void {
    const node = leaves + Math.min(largest, Math.max(0, Math.round(value)));
    this.#counts.set(node, (this.#counts.get(node) ?? 0) + count);
    this.#total += count;
    if (this.#counts.size > 4 * factor) this.#compress();
  }

  /** Share of the values that are at most `value`. */
  shareUpTo(value: number): number {
    if (this.#total === 0) return 0;
    let sum = 0;
    for (const [node, count] of this.#counts) {
      const { low, high } = rangeOf(node);
      if (high <= value) sum += count;
      else if (low <= value) sum += (count * (value - low + 1)) / (high - low + 1);
    }
    return Math.min(1, sum / this.#total);
  }

  /** The least value that at least this share of the values does not exceed. */
  valueAt(share: number): number {
    const nodes = [...this.#counts].map(([node, count]) => ({ ...rangeOf(node), count }));
    nodes.sort((a, b) => a.high - b.high || b.low - a.low);
    let rest = share * this.#total;
    for (const { high, count } of nodes) {
      rest -= count;
      if (rest <= 0) return high;
    }
    return 0;
  }

  toJSON(): [number, number][] {
    return [...this.#counts].sort((a, b) => a[0] - b[0]);
  }

  #compress(): void {
    const most = Math.floor(this.#total / factor);
    for (let level = depth; level > 0; level--) {
      const first = 2 ** level;
      for (const node of [...this.#counts.keys()]) {
        if (node < first || node >= 2 * first) continue;
        const sibling = node ^ 1;
        const parent = node >> 1;
        const count = this.#counts.get(node);
        if (count === undefined) continue;
        const merged = count + (this.#counts.get(sibling) ?? 0) + (this.#counts.get(parent) ?? 0);
        if (merged > most) continue;
        this.#counts.delete(node);
        this.#counts.delete(sibling);
        this.#counts.set(parent, merged);
      }
    }
  }
}

function rangeOf(node: number): { low: number; high: number } {
  const width = 2 ** (depth - Math.floor(Math.log2(node)));
  const low = node * width - leaves;
  return { low, high: low + width - 1 };
}
