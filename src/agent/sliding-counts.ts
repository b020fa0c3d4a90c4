interface Slot {
  /** Which stretch of time, counted from the epoch. */
  number: number;
  readonly counts: Map<string, number>;
  /** Of names beyond the limit. */
  rest: number;
}

export interface SlidingTotals {
  readonly counts: ReadonlyMap<string, number>;
  /** Counted, but not by name: more names came than are kept. */
  readonly rest: number;
}

/** Counts by name over the last `slots` × `slotMs`, in bounded memory. */
export class SlidingCounts {
  readonly #slotMs: number;
  readonly #maxNames: number;
  readonly #slots: Slot[];

  constructor(options: { readonly slotMs: number; readonly slots: number; readonly maxNames: number }) {
    this.#slotMs = options.slotMs;
    this.#maxNames = options.maxNames;
    this.#slots = Array.from({ length: options.slots }, () => ({ number: -1, counts: new Map(), rest: 0 }));
  }

  add(name: string, count: number, nowMs: number): void {
    const slot = this.#slotOf(nowMs);
    const before = slot.counts.get(name);
    if (before === undefined && slot.counts.size >= this.#maxNames) slot.rest += count;
    else slot.counts.set(name, (before ?? 0) + count);
  }

  /** Over the last `spanMs`, the current slot included. */
  totals(nowMs: number, spanMs = this.#slotMs * this.#slots.length): SlidingTotals {
    const newest = this.#numberOf(nowMs);
    const oldest = newest - Math.ceil(spanMs / this.#slotMs) + 1;
    const counts = new Map<string, number>();
    let rest = 0;
    for (const slot of this.#slots) {
      if (slot.number < oldest || slot.number > newest) continue;
      rest += slot.rest;
      for (const [name, count] of slot.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return { counts, rest };
  }

  #numberOf(nowMs: number): number {
    return Math.floor(nowMs / this.#slotMs);
  }

  #slotOf(nowMs: number): Slot {
    const number = this.#numberOf(nowMs);
    const slot = this.#slots[number % this.#slots.length]!;
    if (slot.number !== number) {
      slot.number = number;
      slot.counts.clear();
      slot.rest = 0;
    }
    return slot;
  }
}
