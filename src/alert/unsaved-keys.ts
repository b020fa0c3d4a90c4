import type { StatePort } from './state-port.ts';

/** Which entries of a memory differ from what the port holds of them, so that saving costs what has changed. */
export class UnsavedKeys {
  readonly #kind: string;
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** The entry is new, or is no longer what was saved. */
  change(key: string): void {
    this.#removed.delete(key);
    this.#changed.add(key);
  }

  remove(key: string): void {
    this.#changed.delete(key);
    this.#removed.add(key);
  }

  /** The port holds nothing: all of these are to be saved. */
  startOver(keys: Iterable<string>): void {
    this.#removed.clear();
    for (const key of keys) this.#changed.add(key);
  }

  /** From now on the port holds every entry as `entryOf` tells it. */
  save(port: StatePort, entryOf: (key: string) => unknown): void {
    for (const key of this.#removed) port.remove(this.#kind, key);
    for (const key of this.#changed) port.put(this.#kind, key, entryOf(key));
    this.#removed.clear();
    this.#changed.clear();
  }
}
