import { randomUUID } from 'node:crypto';
import {
  DeliveryFailure,
  type Destination,
  type SendResult,
  sameVerdict,
  type Verdict,
} from './destination.ts';
import { readPath } from './field-map.ts';
import { compress, type HttpClient, type HttpResponse, peerOf, statusFailure } from './http-client.ts';
import type { QueuedEntry } from './outbox.ts';
import { textAt } from './syslog-fields.ts';
import type { Timers } from './timers.ts';

export interface SplunkOptions {
  /** Base URL of the collector, without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly index: string | undefined;
  readonly source: string;
  /** Waits until the indexers say that they have a batch, not only that it was received. */
  readonly acknowledge: boolean;
  readonly gzip: boolean;
  readonly timers: Timers;
}

/** What the collector says; whatever is not of its kind is left out. */
interface HecAnswer {
  readonly text: string | undefined;
  readonly code: number | undefined;
  readonly ackId: number | undefined;
  /** Which event of the batch is bad, from 0. */
  readonly badEvent: number | undefined;
  readonly acks: unknown;
}

/** How often the collector is asked whether a batch was indexed. */
const ackPollMs = 1_000;

/** Codes of the collector that are about one event of the batch. */
const eventCodes = new Set([5, 6, 12, 13, 15]);

/** Splunk's HTTP Event Collector: its event endpoint, with a channel and, if wanted, indexer acknowledgement. */
export class Splunk implements Destination {
  readonly #options: SplunkOptions;
  readonly #http: HttpClient;
  readonly #prepare: (entry: QueuedEntry) => string;
  /** Acknowledgements are counted per channel; a channel belongs to one run of one agent. */
  readonly #channel = randomUUID();

  constructor(options: SplunkOptions, http: HttpClient, prepare: (entry: QueuedEntry) => string) {
    this.#options = options;
    this.#http = http;
    this.#prepare = prepare;
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    const { url, gzip, acknowledge } = this.#options;
    const text = entries.map((entry) => this.#envelope(entry)).join('\n');
    const response = await this.#http.request({
      method: 'POST',
      url: `${url}/services/collector/event`,
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body: gzip ? await compress(text) : text,
      signal,
    });
    const peer = peerOf(url);
    const answer = parseAnswer(response);
    if (response.status !== 200 || answer.code !== 0) return refuse(entries, response, answer, peer);
    if (acknowledge) await this.#awaitAck(answer.ackId, peer, signal);
    return { verdicts: sameVerdict(entries, 'delivered') };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  get #headers(): Record<string, string> {
    return { authorization: `Splunk ${this.#options.token}`, 'x-splunk-request-channel': this.#channel };
  }

  #envelope(entry: QueuedEntry): string {
    const { source, index } = this.#options;
    const document = this.#prepare(entry);
    const envelope = {
      time: (entry.timeMs / 1_000).toFixed(3),
      host: textAt(JSON.parse(document), 'host.name'),
      source,
      sourcetype: `problemchild:${entry.kind}`,
      index,
      fields: { event_id: entry.eventId },
    };
    // The document goes in as it is, and not through another round of JSON.
    return `${JSON.stringify(envelope).slice(0, -1)},"event":${document}}`;
  }

  async #awaitAck(ackId: number | undefined, peer: string, signal: AbortSignal): Promise<void> {
    if (ackId === undefined) {
      const message = `${peer}: the collector gave no ackId: acknowledgement is off for this token`;
      throw new DeliveryFailure(message, { code: 'HEC ACK', peer });
    }
    for (;;) {
      const response = await this.#http.request({
        method: 'POST',
        url: `${this.#options.url}/services/collector/ack?channel=${this.#channel}`,
        headers: { ...this.#headers, 'content-type': 'application/json' },
        body: JSON.stringify({ acks: [ackId] }),
        signal,
      });
      if (response.status !== 200) throw statusFailure(response, peer, parseAnswer(response).text);
      if (readPath(parseAnswer(response).acks, [String(ackId)]) === true) return;
      await this.#options.timers.wait(ackPollMs, signal);
      if (signal.aborted) {
        throw new DeliveryFailure(`${peer}: the batch was not acknowledged in time`, {
          code: 'HEC ACK',
          peer,
        });
      }
    }
  }
}

function parseAnswer({ body }: HttpResponse): HecAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    // An error page of something in between, as a rule; its status says what it is.
  }
  const numberAt = (name: string): number | undefined => {
    const value = readPath(answer, [name]);
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
  };
  return {
    text: textAt(answer, 'text'),
    code: numberAt('code'),
    ackId: numberAt('ackId'),
    badEvent: numberAt('invalid-event-number'),
    acks: readPath(answer, ['acks']),
  };
}

/** Of a batch with a bad event, that event is refused and all others are sent again. */
function refuse(
  entries: readonly QueuedEntry[],
  response: HttpResponse,
  answer: HecAnswer,
  peer: string,
): SendResult {
  const { badEvent: bad } = answer;
  if (
    response.status === 400 &&
    bad !== undefined &&
    entries[bad] !== undefined &&
    eventCodes.has(answer.code ?? -1)
  ) {
    const reason = response.quote(`HEC ${answer.code}: ${answer.text ?? ''}`, 300);
    const verdicts: Verdict[] = entries.map((_, index) => (index === bad ? { rejected: reason } : 'retry'));
    return { verdicts };
  }
  const failure = statusFailure(
    response,
    peer,
    answer.text === undefined ? undefined : `${answer.text} (${answer.code})`,
  );
  // A wrong index or a missing channel is no fault of the batch.
  const isBatch = response.status === 413 || (response.status === 400 && eventCodes.has(answer.code ?? -1));
  throw new DeliveryFailure(failure.message, {
    code: failure.code,
    scope: isBatch ? 'batch' : 'destination',
    retryAfterMs: failure.retryAfterMs,
    peer,
  });
}
