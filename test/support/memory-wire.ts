import type { Caller, ControlTransport, ServerWire, Wire } from '../../src/agent/control/transport.ts';
import { AgentError } from '../../src/errors/index.ts';

/** One direction of a connection in memory. */
class Pipe {
  readonly #chunks: Uint8Array[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  push(bytes: Uint8Array): void {
    if (this.#isClosed) throw new AgentError('PC_CONTROL_UNREACHABLE', 'closed');
    this.#chunks.push(bytes);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async take(timeoutMs: number): Promise<Uint8Array | undefined> {
    const untilMs = performance.now() + timeoutMs;
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) return chunk;
      if (this.#isClosed) return undefined;
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) throw new AgentError('PC_CONTROL_SILENT', 'nothing came in time');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Both ends of a connection. */
function connectInMemory(caller: Caller): { readonly client: Wire; readonly server: ServerWire } {
  const up = new Pipe();
  const down = new Pipe();
  const wireOf = (incoming: Pipe, outgoing: Pipe): Wire => ({
    read: (timeoutMs) => incoming.take(timeoutMs),
    write: async (bytes) => outgoing.push(bytes),
    close() {
      incoming.close();
      outgoing.close();
    },
  });
  return { client: wireOf(down, up), server: { ...wireOf(up, down), identify: async () => caller } };
}

/** Lets tests connect as whoever they like. */
export class MemoryTransport implements ControlTransport {
  readonly address = 'memory';
  #onClient: ((wire: ServerWire) => void) | undefined;

  async listen(onClient: (wire: ServerWire) => void): Promise<void> {
    this.#onClient = onClient;
  }

  async close(): Promise<void> {
    this.#onClient = undefined;
  }

  connect(caller: Caller): Wire {
    const { client, server } = connectInMemory(caller);
    this.#onClient?.(server);
    return client;
  }
}
