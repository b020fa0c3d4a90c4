import { AgentError } from '../../errors/index.ts';
import type { Wire } from './transport.ts';

/** Lines of a wire, each bounded. What follows a line in the same bytes is kept for the next. */
export class LineReader {
  readonly #wire: Wire;
  readonly #maxBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(wire: Wire, maxBytes: number) {
    this.#wire = wire;
    this.#maxBytes = maxBytes;
  }

  /**
   * The next line without its end; `undefined` when the other side closed. A line must be complete within
   * `timeoutMs`, however its bytes drip in.
   * @throws AgentError PC_CONTROL_PROTOCOL when it is too long or cut off, PC_CONTROL_UNREACHABLE when it does not come
   */
  async next(timeoutMs: number): Promise<string | undefined> {
    const untilMs = performance.now() + timeoutMs;
    let chunk = this.#takePending();
    for (;;) {
      const end = chunk.indexOf(0x0a);
      if (end >= 0) {
        const line = this.#join(chunk.subarray(0, end));
        if (end + 1 < chunk.length) this.#keep(chunk.subarray(end + 1));
        return line;
      }
      this.#keep(chunk);
      const leftMs = untilMs - performance.now();
      const read = await this.#wire.read(Math.max(0, leftMs));
      if (read === undefined) {
        if (this.#pendingBytes === 0) return undefined;
        throw new AgentError('PC_CONTROL_PROTOCOL', 'the control channel closed in the middle of a line');
      }
      chunk = read;
    }
  }

  #takePending(): Uint8Array {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return bytes;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#assertFits(bytes.length);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  #join(last: Uint8Array): string {
    this.#assertFits(last.length);
    return Buffer.concat([this.#takePending(), last]).toString('utf8');
  }

  #assertFits(more: number): void {
    if (this.#pendingBytes + more > this.#maxBytes) {
      throw new AgentError('PC_CONTROL_PROTOCOL', `a line is longer than ${this.#maxBytes} bytes`);
    }
  }
}
