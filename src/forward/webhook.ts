import { createHmac, hash } from 'node:crypto';
import {
  DeliveryFailure,
  type Destination,
  type SendResult,
  sameVerdict,
  type Verdict,
} from './destination.ts';
import { compress, type HttpClient, peerOf, statusFailure } from './http-client.ts';
import type { QueuedEntry } from './outbox.ts';
import { renderWebhook, type WebhookTemplate } from './webhook-template.ts';

export interface WebhookOptions {
  /** May be a secret itself, as those of Slack and Teams are; never shown. */
  readonly url: string;
  readonly template: WebhookTemplate;
  /** Signs each body. */
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  /** The time of day, for signatures. */
  readonly nowMs: () => number;
}

/**
 * Posts documents to a URL. With a key, `X-Problemchild-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of
 * `SECONDS.BODY` before compression, so that a receiver can refuse what is forged or old. `Idempotency-Key` is the
 * same when the same documents come again.
 */
export class Webhook implements Destination {
  readonly #options: WebhookOptions;
  readonly #http: HttpClient;
  readonly #prepare: (entry: QueuedEntry) => string;

  constructor(options: WebhookOptions, http: HttpClient, prepare: (entry: QueuedEntry) => string) {
    this.#options = options;
    this.#http = http;
    this.#prepare = prepare;
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    const bodies = renderWebhook(this.#options.template, entries, this.#prepare);
    if (bodies.length === 1) {
      await this.#post(bodies[0] ?? '', entries, signal);
      return { verdicts: sameVerdict(entries, 'delivered') };
    }
    const verdicts: Verdict[] = [];
    for (const [index, entry] of entries.entries()) {
      try {
        await this.#post(bodies[index] ?? '', [entry], signal);
        verdicts.push('delivered');
      } catch (error) {
        if (!(error instanceof DeliveryFailure)) throw error;
        // Sent alone it shows whether it is the document.
        const rest = entries.slice(index).map((): Verdict => 'retry');
        return { verdicts: [...verdicts, ...rest], failure: error };
      }
    }
    return { verdicts };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #post(body: string, entries: readonly QueuedEntry[], signal: AbortSignal): Promise<void> {
    const { url, headers, gzip, key } = this.#options;
    const response = await this.#http.request({
      method: 'POST',
      url,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'idempotency-key': hash('sha256', entries.map(({ eventId }) => eventId).join('\n'), 'hex').slice(
          0,
          32,
        ),
        ...(key === undefined ? {} : { 'x-problemchild-signature': this.#sign(body, key) }),
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      },
      body: gzip ? await compress(body) : body,
      signal,
    });
    if (response.status < 200 || response.status > 299) throw statusFailure(response, peerOf(url));
  }

  #sign(body: string, key: string): string {
    const seconds = Math.floor(this.#options.nowMs() / 1_000);
    return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
  }
}
