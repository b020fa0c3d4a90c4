import { DeliveryFailure, type Destination, type SendResult, type Verdict } from './destination.ts';
import { readPath } from './field-map.ts';
import { compress, type HttpClient, type HttpResponse, peerOf, statusFailure } from './http-client.ts';
import type { OutboxKind, QueuedEntry } from './outbox.ts';
import { textAt } from './syslog-fields.ts';

export interface ElasticsearchOptions {
  /** Base URLs of the cluster's nodes, without a trailing slash. */
  readonly hosts: readonly string[];
  /** Data stream or index; `{kind}` stands for the kind of document. */
  readonly index: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly gzip: boolean;
  /** Name of an ingest pipeline, if any. */
  readonly pipeline: string | undefined;
}

/** Keeps the answer short: of each item its status, and why where it failed. */
const answerFields =
  'errors,items.create.status,items.create.error.type,items.create.error.reason,items.create.error.caused_by.reason';

/** Statuses of a node that is not well although the next may be. */
const nodeStatuses = new Set([502, 503, 504]);

/**
 * `_bulk` of Elasticsearch and OpenSearch, create only, with `event.id` as `_id`: a document that is there already
 * (409) has arrived. Speaks to the next host when one cannot be reached.
 */
export class Elasticsearch implements Destination {
  readonly #options: ElasticsearchOptions;
  readonly #http: HttpClient;
  readonly #prepare: (entry: QueuedEntry) => string;
  #host: number;

  /** @param random uniform in [0, 1): spreads a fleet over the hosts */
  constructor(
    options: ElasticsearchOptions,
    http: HttpClient,
    prepare: (entry: QueuedEntry) => string,
    random: () => number,
  ) {
    this.#options = options;
    this.#http = http;
    this.#prepare = prepare;
    this.#host = Math.floor(random() * options.hosts.length);
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    const { index, gzip } = this.#options;
    let text = '';
    for (const entry of entries) {
      text += `{"create":{"_index":${JSON.stringify(indexName(index, entry.kind))},"_id":${JSON.stringify(entry.eventId)}}}\n`;
      text += `${withTimestamp(this.#prepare(entry), entry.timeMs)}\n`;
    }
    const body = gzip ? await compress(text) : text;
    const { response, peer } = await this.#post(body, signal);
    if (response.status !== 200) throw statusFailure(response, peer, reasonIn(response.body));
    return readAnswer(response, entries.length, peer);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** Tries each host once, beginning with the one that worked last. */
  async #post(body: string | Buffer, signal: AbortSignal): Promise<{ response: HttpResponse; peer: string }> {
    const { hosts, authorization, gzip, pipeline } = this.#options;
    const query = `filter_path=${answerFields}${pipeline === undefined ? '' : `&pipeline=${encodeURIComponent(pipeline)}`}`;
    let failure: DeliveryFailure | undefined;
    for (let tried = 0; tried < hosts.length; tried++) {
      const host = hosts[this.#host] ?? '';
      const peer = peerOf(host);
      try {
        const response = await this.#http.request({
          method: 'POST',
          url: `${host}/_bulk?${query}`,
          headers: {
            'content-type': 'application/x-ndjson',
            accept: 'application/json',
            ...(gzip ? { 'content-encoding': 'gzip' } : {}),
            ...(authorization === undefined ? {} : { authorization }),
          },
          body,
          signal,
        });
        if (!nodeStatuses.has(response.status)) return { response, peer };
        failure = statusFailure(response, peer);
      } catch (error) {
        if (!(error instanceof DeliveryFailure)) throw error;
        failure = error;
      }
      // Also when the time is up: one that accepts and never answers uses up all of it, and the next attempt is another's.
      this.#host = (this.#host + 1) % hosts.length;
      if (signal.aborted) break;
    }
    throw failure ?? new DeliveryFailure('no hosts are configured', { code: 'UNEXPECTED' });
  }
}

function indexName(pattern: string, kind: OutboxKind): string {
  return pattern.replaceAll('{kind}', kind);
}

/** A data stream takes no document without a time; an undated alert gets the one it was raised at. */
function withTimestamp(document: string, timeMs: number): string {
  if (document.startsWith('{"@timestamp":"')) return document;
  const parsed = JSON.parse(document) as Record<string, unknown>;
  if (typeof parsed['@timestamp'] === 'string') return document;
  return JSON.stringify({ '@timestamp': new Date(timeMs).toISOString(), ...parsed });
}

function readAnswer(response: HttpResponse, count: number, peer: string): SendResult {
  let items: unknown;
  try {
    items = readPath(JSON.parse(response.body), ['items']);
  } catch (cause) {
    throw new DeliveryFailure(`${peer}: the answer to a bulk request is not JSON`, {
      code: 'ANSWER',
      peer,
      cause,
    });
  }
  if (!Array.isArray(items) || items.length !== count) {
    const message = `${peer}: ${Array.isArray(items) ? items.length : 0} answers to ${count} documents`;
    throw new DeliveryFailure(message, { code: 'ANSWER', peer });
  }
  const verdicts: Verdict[] = [];
  let failure: DeliveryFailure | undefined;
  for (const item of items as readonly unknown[]) {
    const said = readPath(item, ['create', 'status']);
    const status = typeof said === 'number' ? said : 0;
    if ((status >= 200 && status < 300) || status === 409) verdicts.push('delivered');
    else if (status === 429 || status >= 500 || status < 200) {
      verdicts.push('retry');
      const type = textAt(item, 'create.error.type') ?? 'no status';
      failure ??= new DeliveryFailure(
        `${peer}: documents were not taken: ${status} ${response.quote(type, 100)}`,
        {
          code: `HTTP ${status}`,
          retryAfterMs: response.retryAfterMs,
          peer,
        },
      );
    } else if (status === 401 || status === 403 || status === 404) {
      // No right to the index, or no such index: the next documents would be refused as well.
      verdicts.push('retry');
      failure ??= new DeliveryFailure(
        `${peer}: may not write to the index: ${describeItem(status, item, response)}`,
        {
          // Unlike that of a whole request, this answer is not about what the document says.
          code: `INDEX ${status}`,
          peer,
        },
      );
    } else verdicts.push({ rejected: describeItem(status, item, response) });
  }
  return { verdicts, failure };
}

function describeItem(status: number, item: unknown, { quote }: HttpResponse): string {
  const text = ['type', 'reason', 'caused_by.reason']
    .flatMap((name) => textAt(item, `create.error.${name}`) ?? [])
    .join(': ');
  return quote(`${status} ${text === '' ? 'unknown' : text}`, 1_000);
}

/** The reason in an error answer of either product. */
export function reasonIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return error;
    const { type, reason, root_cause: causes } = error as Record<'type' | 'reason' | 'root_cause', unknown>;
    const cause: unknown = Array.isArray(causes)
      ? (causes[0] as { reason?: unknown } | undefined)?.reason
      : undefined;
    return [type, reason, cause === reason ? undefined : cause]
      .filter((part) => typeof part === 'string')
      .join(': ');
  } catch {
    return undefined;
  }
}
