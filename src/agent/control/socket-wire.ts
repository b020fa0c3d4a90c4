import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { AgentError, messageOf } from '../../errors/index.ts';
import type { Wire } from './transport.ts';

/** A Unix socket, or on Windows a named pipe, as a wire. */
export class SocketWire implements Wire {
  readonly #socket: Socket;
  #error: Error | undefined;
  #isEnded = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.once('end', () => {
      this.#isEnded = true;
    });
    socket.once('close', () => {
      this.#isEnded = true;
    });
  }

  async read(timeoutMs: number): Promise<Uint8Array | undefined> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const bytes = this.#socket.read() as Buffer | null;
      if (bytes !== null) return bytes;
      this.#assertSound();
      if (this.#isEnded) return undefined;
      await this.#event(['readable', 'end', 'close'], untilMs - performance.now());
    }
  }

  async write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    this.#assertSound();
    if (this.#socket.destroyed) throw unreachable('the other side has closed');
    if (!this.#socket.write(bytes)) await this.#event(['drain', 'close'], timeoutMs);
    this.#assertSound();
  }

  close(): void {
    // What was written is still delivered; a peer that does not take it is cut off.
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #assertSound(): void {
    if (this.#error !== undefined) throw unreachable(this.#error.message);
  }

  /** Resolves at the first of the events. */
  async #event(names: readonly string[], timeoutMs: number): Promise<void> {
    if (timeoutMs <= 0) throw silent();
    const done = new AbortController();
    const { signal } = done;
    try {
      const timedOut = await Promise.race([
        wait(timeoutMs, true, { signal, ref: false }),
        ...names.map((name) => once(this.#socket, name, { signal }).then(() => false)),
      ]);
      if (timedOut) throw silent();
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw unreachable(messageOf(error));
    } finally {
      done.abort();
    }
  }
}

function unreachable(why: string): AgentError {
  return new AgentError('PC_CONTROL_UNREACHABLE', `the control channel: ${why}`);
}

function silent(): AgentError {
  return new AgentError('PC_CONTROL_SILENT', 'the control channel: nothing came in time');
}
