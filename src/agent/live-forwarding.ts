import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import {
  type Forwarding,
  type ForwardingOptions,
  type PreparedForwarding,
  prepareForwarding,
} from './forwarding.ts';

interface Parts {
  readonly options: Omit<ForwardingOptions, 'config'>;
  readonly store: Store;
  readonly log: Log;
}

/** Destinations of another configuration, open beside those in force. */
export interface NextForwarding {
  /**
   * Exchanges them; what waits for a destination that stays is still sent. Where the store fails, those in force go on.
   * @throws AgentError PC_STORE_…
   */
  take(): Promise<void>;
  /** Those in force stay. */
  discard(): Promise<void>;
}

/** The agent's way out while it runs: destinations may be exchanged under it. */
export class LiveForwarding {
  readonly #parts: Parts;
  #current: Forwarding;

  private constructor(parts: Parts, current: Forwarding) {
    this.#parts = parts;
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
    return new LiveForwarding(parts, (await prepare(parts, config)).build());
  }

  get current(): Forwarding {
    return this.#current;
  }

  /**
   * Opens the destinations of another configuration; those in force go on, whatever comes of it.
   * @throws AgentError PC_FORWARD_…
   */
  async prepare(next: Config): Promise<NextForwarding> {
    const prepared = await prepare(this.#parts, next);
    return { take: () => this.#take(prepared), discard: () => prepared.close() };
  }

  async #take(prepared: PreparedForwarding): Promise<void> {
    const previous = this.#current;
    try {
      this.#current = prepared.build();
    } catch (error) {
      await prepared.close();
      throw error;
    }
    try {
      await previous.forwarder.stop();
    } catch (error) {
      this.#parts.log.error('Destinations of before did not end as they should', { error });
    }
    this.#current.forwarder.start();
  }
}

function prepare({ options, store, log }: Parts, config: Config): Promise<PreparedForwarding> {
  return prepareForwarding({ ...options, config }, store, log);
}
