import type { ProcessNode } from './process-node.ts';

/** Processes from least to most recently mentioned, linked through the nodes themselves. */
export class RecencyList {
  #oldest: ProcessNode | undefined;
  #newest: ProcessNode | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): ProcessNode | undefined {
    return this.#oldest;
  }

  append(node: ProcessNode): void {
    node.previous = this.#newest;
    node.next = undefined;
    if (this.#newest === undefined) this.#oldest = node;
    else this.#newest.next = node;
    this.#newest = node;
    this.#size += 1;
  }

  remove(node: ProcessNode): void {
    const { previous, next } = node;
    if (previous === undefined) this.#oldest = next;
    else previous.next = next;
    if (next === undefined) this.#newest = previous;
    else next.previous = previous;
    node.previous = undefined;
    node.next = undefined;
    this.#size -= 1;
  }
}
