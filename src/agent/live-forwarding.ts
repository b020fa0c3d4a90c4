import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { type Forwarding, type ForwardingOptions, openForwarding } from './forwarding.ts';

interface Parts {
  readonly options: Omit<ForwardingOptions, 'config'>;
  readonly store: Store;
  readonly log: Log;
}

/** The agent's way out while it runs: destinations may be exchanged under it. */
export class LiveForwarding {
  readonly #parts: Parts;
  #config: Config;
  #current: Forwarding;

  private constructor(parts: Parts, config: Config, current: Forwarding) {
    this.#parts = parts;
    this.#config = config;
    this.#current = current;
  }

  /** @throws AgentError PC_FORWARD_… */
  static async open(
    config: Config,
    options: Parts['options'],
    store: Store,
    log: Log,
  ): Promise<LiveForwarding> {
    const parts = { options, store, log };
    return new LiveForwarding(parts, config, await openWith(parts, config));
  }

  get current(): Forwarding {
    return this.#current;
  }

  /**
   * Other destinations from now on. Where they do not open, those of before go on, and the error is thrown.
   * What waits for a destination that stays is still sent.
   */
  async exchange(next: Config): Promise<void> {
    await this.#current.forwarder.stop();
    try {
      this.#current = await openWith(this.#parts, next);
      this.#config = next;
    } catch (error) {
      this.#current = await openWith(this.#parts, this.#config);
      throw error;
    } finally {
      this.#current.forwarder.start();
    }
  }
}

function openWith({ options, store, log }: Parts, config: Config): Promise<Forwarding> {
  return openForwarding({ ...options, config }, store, log);
}
