import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { type Forwarding, type ForwardingOptions, openForwarding } from './forwarding.ts';

/** The agent's way out while it runs: destinations may be exchanged under it. */
export class LiveForwarding {
  readonly #options: Omit<ForwardingOptions, 'config'>;
  readonly #store: Store;
  readonly #log: Log;
  #config: Config;
  #current: Forwarding;

  /** @throws AgentError PC_FORWARD_… */
  constructor(config: Config, options: Omit<ForwardingOptions, 'config'>, store: Store, log: Log) {
    this.#options = options;
    this.#store = store;
    this.#log = log;
    this.#config = config;
    this.#current = this.#open(config);
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
      this.#current = this.#open(next);
      this.#config = next;
    } catch (error) {
      this.#current = this.#open(this.#config);
      throw error;
    } finally {
      this.#current.forwarder.start();
    }
  }

  #open(config: Config): Forwarding {
    return openForwarding({ ...this.#options, config }, this.#store, this.#log);
  }
}
