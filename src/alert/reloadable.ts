export type ReloadOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed' }
  /** The earlier set stays in force. */
  | { readonly kind: 'refused'; readonly error: unknown };

/** Something read from a folder that people edit while the agent runs: the last good version stays in force. */
export class Reloadable<T> {
  readonly #load: () => T;
  readonly #fingerprint: () => string | undefined;
  #current: T;
  #seen: string | undefined;

  /** Reads it for the first time; throws what `load` throws. */
  constructor(load: () => T, fingerprint: () => string | undefined) {
    this.#load = load;
    this.#fingerprint = fingerprint;
    this.#seen = fingerprint();
    this.#current = load();
  }

  get current(): T {
    return this.#current;
  }

  /** Reads it again if it changed; never throws. A version that was refused is not tried again until it changes. */
  reload(): ReloadOutcome {
    const seen = this.#fingerprint();
    if (seen === this.#seen) return { kind: 'unchanged' };
    this.#seen = seen;
    try {
      this.#current = this.#load();
      return { kind: 'changed' };
    } catch (error) {
      // What was being written, or held by another program, has not been seen as it is.
      if (this.#fingerprint() !== seen) this.#seen = undefined;
      return { kind: 'refused', error };
    }
  }
}
