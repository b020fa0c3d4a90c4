import type { CliIo } from './io.ts';

const redrawMs = 250;

/** A line on stderr that says how far a long run has come; silent unless stderr is a terminal. */
export class Progress {
  readonly #stream: CliIo['stderr'];
  readonly #startMs = performance.now();
  #drawnMs = performance.now();
  #records = 0;
  #bytes = 0;
  #drawn = false;

  constructor(stream: CliIo['stderr']) {
    this.#stream = stream;
  }

  add(records: number, bytes: number): void {
    this.#records += records;
    this.#bytes += bytes;
    if (this.#stream.isTTY !== true) return;
    const nowMs = performance.now();
    if (nowMs - this.#drawnMs < redrawMs) return;
    this.#drawnMs = nowMs;
    this.#drawn = true;
    const seconds = (nowMs - this.#startMs) / 1_000;
    const rate = Math.round(this.#records / seconds);
    this.#stream.write(
      `\r\x1b[K${this.#records} records, ${(this.#bytes / 1e6).toFixed(0)} MB, ${rate} records/s`,
    );
  }

  end(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
  }
}
