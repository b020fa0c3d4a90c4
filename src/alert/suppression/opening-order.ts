/** Something that was opened at a time. */
export interface Opened {
  /** In event time. */
  readonly openedMs: number;
  /** Unique, growing. */
  readonly serial: number;
}

/** Things in order of opening time, whatever the order in which they come: those far from a time are at the ends. */
export class OpeningOrder<T extends Opened> {
  readonly #items: T[] = [];

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  add(item: T): void {
    this.#items.splice(this.#placeOf(item), 0, item);
  }

  /** `item` must be there. */
  remove(item: T): void {
    this.#items.splice(this.#placeOf(item), 1);
  }

  /** Takes out what was opened at least this far from a time, before or after it. By serial. */
  takeFarFrom(timeMs: number, distanceMs: number): readonly T[] {
    const items = this.#items;
    let earlier = 0;
    while (earlier < items.length && timeMs - items[earlier]!.openedMs >= distanceMs) earlier++;
    let later = items.length;
    while (later > earlier && items[later - 1]!.openedMs - timeMs >= distanceMs) later--;
    const far = items.splice(later).concat(items.splice(0, earlier));
    return far.sort((a, b) => a.serial - b.serial);
  }

  takeAll(): readonly T[] {
    return this.#items.splice(0).sort((a, b) => a.serial - b.serial);
  }

  /** Where the item is, or belongs. */
  #placeOf({ openedMs, serial }: T): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#items[middle]!;
      if (item.openedMs < openedMs || (item.openedMs === openedMs && item.serial < serial)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
