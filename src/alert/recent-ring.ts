import { type StatePort, serialKey } from './state-port.ts';

/** A stretch of items that were saved together. */
interface Segment<T> {
  readonly from: number;
  readonly items: readonly T[];
}

/** Most items of a segment: it leaves as a whole. */
const maxSegment = 256;

/**
 * The last so many things, in order of arrival. What is saved is only what came since the last save, so
 * that the cost of a batch does not grow with the number kept.
 */
export class RecentRing<T> {
  readonly #kind: string;
  readonly #limit: number;
  readonly #slots: T[] = [];
  #nextSerial = 0;
  /** What came before is not known. */
  #firstSerial = 0;
  #savedSerial = 0;
  /** First serial of each saved segment, oldest first. */
  #segments: number[] = [];

  /** `kind` names it in the port. Where a stretch is missing there, what came before it is forgotten. */
  constructor(kind: string, limit: number, port?: StatePort) {
    this.#kind = kind;
    this.#limit = limit;
    if (port === undefined) return;
    for (const [, value] of port.load(kind)) {
      const { from, items } = value as Segment<T>;
      this.#segments.push(from);
      if (from !== this.#nextSerial) this.#beginAt(from);
      for (const item of items) this.push(item);
    }
    this.#savedSerial = this.#nextSerial;
  }

  /** Adds an item; answers the one that had to leave for it. */
  push(item: T): T | undefined {
    const at = this.#nextSerial % this.#limit;
    const leaving = this.#slots[at];
    this.#slots[at] = item;
    this.#nextSerial += 1;
    return leaving;
  }

  /** The items, latest first. */
  *latestFirst(): Generator<T> {
    for (let serial = this.#nextSerial - 1; serial >= this.#oldestSerial; serial--) {
      yield this.#slots[serial % this.#limit]!;
    }
  }

  /** The items in order of arrival. */
  *inOrder(): Generator<T> {
    for (let serial = this.#oldestSerial; serial < this.#nextSerial; serial++) {
      yield this.#slots[serial % this.#limit]!;
    }
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#segments = [];
    this.#savedSerial = 0;
  }

  save(port: StatePort): void {
    let from = Math.max(this.#savedSerial, this.#oldestSerial);
    if (from === this.#nextSerial) return;
    while (from < this.#nextSerial) {
      const items: T[] = [];
      const end = Math.min(from + maxSegment, this.#nextSerial);
      for (let serial = from; serial < end; serial++) items.push(this.#slots[serial % this.#limit]!);
      port.put(this.#kind, serialKey(from), { from, items } satisfies Segment<T>);
      this.#segments.push(from);
      from = end;
    }
    this.#savedSerial = this.#nextSerial;
    // A segment may go when the next one begins no later than the oldest item that is kept.
    while (this.#segments.length > 1 && this.#segments[1]! <= this.#oldestSerial) {
      port.remove(this.#kind, serialKey(this.#segments.shift()!));
    }
  }

  #beginAt(serial: number): void {
    this.#slots.length = 0;
    this.#firstSerial = serial;
    this.#nextSerial = serial;
  }

  get #oldestSerial(): number {
    return Math.max(this.#firstSerial, this.#nextSerial - this.#limit);
  }
}
