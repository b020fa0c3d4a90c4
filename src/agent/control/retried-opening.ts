import { AgentError, messageOf } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';

/** A part of the channel that something may keep from opening. */
export interface ChannelPart {
  /** Where, for people. */
  readonly what: string;
  /** @throws AgentError when it cannot be opened now */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const retryMs = 60_000;

/**
 * Opens a part of the channel, and where that fails tries again every minute: whoever is in the way, as a program that
 * has taken the name, may go. To watch matters more than to be asked about it, so nobody waits for it.
 */
export class RetriedOpening {
  readonly #part: ChannelPart;
  readonly #log: Log;
  #problem: string | undefined;
  #isStopped = false;
  #attempt: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(part: ChannelPart, log: Log) {
    this.#part = part;
    this.#log = log;
  }

  /** Why it is not open, in words. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves after the first attempt. */
  start(): Promise<void> {
    this.#attempt = this.#open();
    return this.#attempt;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#attempt;
    await this.#part.stop();
  }

  async #open(): Promise<void> {
    const { what } = this.#part;
    try {
      await this.#part.start();
    } catch (error) {
      if (this.#isStopped) return;
      const why = messageOf(error);
      if (this.#problem === undefined) {
        const code = error instanceof AgentError ? error.code : undefined;
        this.#log.error('The control channel is not open', { at: what, code, why, retryMs });
      }
      this.#problem = `${what} is not open: ${why}`;
      this.#timer = setTimeout(() => {
        this.#attempt = this.#open();
      }, retryMs);
      this.#timer.unref();
      return;
    }
    this.#problem = undefined;
    this.#log.info('Control channel open', { at: what });
  }
}
