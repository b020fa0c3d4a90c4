import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedData } from '../support/shared-data.ts';

interface Document {
  '@timestamp': string;
  event: { id?: string };
  [field: string]: unknown;
}

const samples = join(import.meta.dirname, '../../samples/server-winlogbeat.ndjson');

/** Process starts without end: a recording told again and again, each time as of now and with ids of its own. */
export class Telemetry {
  /** What is told: a recording of a server over days, or the samples where that is absent. */
  readonly origin: string;
  readonly #documents: readonly Document[];
  #told = 0;

  constructor() {
    const recording = sharedData('data/timelines/mstic-2021.ndjson.gz');
    this.origin = recording ?? samples;
    const bytes = readFileSync(this.origin);
    const text = (recording === undefined ? bytes : gunzipSync(bytes)).toString('utf8');
    this.#documents = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Document);
  }

  get told(): number {
    return this.#told;
  }

  /** The next lines, each with its end. */
  take(count: number, nowMs: number): string {
    let lines = '';
    for (let index = 0; index < count; index++) {
      const document = this.#documents[this.#told % this.#documents.length]!;
      const event = { ...document.event, id: `soak-${this.#told}` };
      lines += `${JSON.stringify({ ...document, '@timestamp': new Date(nowMs).toISOString(), event })}\n`;
      this.#told++;
    }
    return lines;
  }
}
