import type { ProcessNode } from './process-node.ts';

/** Processes of one host by pid, those that shared a pid from the latest to the earliest. */
export class PidIndex {
  readonly #latest = new Map<number, ProcessNode>();

  get isEmpty(): boolean {
    return this.#latest.size === 0;
  }

  /** The latest process with this pid; `older` leads on to those before. */
  latest(pid: number): ProcessNode | undefined {
    return this.#latest.get(pid);
  }

  /** Puts the node in its place. */
  insert(node: ProcessNode): void {
    const pid = node.pid!;
    const latest = this.#latest.get(pid);
    if (latest === undefined || latest.precedes(node)) {
      node.older = latest;
      this.#latest.set(pid, node);
      return;
    }
    let newer = latest;
    while (newer.older !== undefined && !newer.older.precedes(node)) newer = newer.older;
    node.older = newer.older;
    newer.older = node;
  }

  /** The earliest process with the node's pid, other than the node, if there are more than `limit`. */
  excessBeside(node: ProcessNode, limit: number): ProcessNode | undefined {
    let count = 0;
    let earliest: ProcessNode | undefined;
    for (let at = this.#latest.get(node.pid!); at !== undefined; at = at.older) {
      if (at !== node) earliest = at;
      count += 1;
    }
    return count > limit ? earliest : undefined;
  }

  remove(node: ProcessNode): void {
    const pid = node.pid!;
    let newer = this.#latest.get(pid);
    if (newer === node) {
      if (node.older === undefined) this.#latest.delete(pid);
      else this.#latest.set(pid, node.older);
    } else {
      while (newer !== undefined && newer.older !== node) newer = newer.older;
      if (newer !== undefined) newer.older = node.older;
    }
    node.older = undefined;
  }
}
