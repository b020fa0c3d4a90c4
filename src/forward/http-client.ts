import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import { parseRetryAfter } from './backoff.ts';
import { DeliveryFailure } from './destination.ts';
import { type ConnectionOptions, type HttpConnections, openConnections } from './http-connections.ts';

export interface HttpClientOptions extends ConnectionOptions {
  /** The time of day, for Retry-After. */
  readonly nowMs: () => number;
  /** Text without the secrets that requests carry. */
  readonly redact: (text: string) => string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  readonly retryAfterMs: number | undefined;
  /** What the receiver's clock said, to the second; milliseconds since the epoch. */
  readonly dateMs: number | undefined;
  /**
   * Text of this answer as it may be shown: without secrets, which a receiver may repeat, hidden characters spelt out,
   * and only then cut to `maxLength` UTF-16 units, so that no part of a secret is left.
   */
  readonly quote: (text: string, maxLength: number) => string;
}

/** No answer to a batch is longer. */
const maxResponseBytes = 33_554_432;
/** Of a text that is quoted no more is looked at, in UTF-16 units: far more than is shown of it. */
const maxQuotedLength = 1_048_576;
const gzipAsync = promisify(gzip);

/** HTTP over one pool of connections: TLS checked, proxies respected, redirects not followed. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #connections: Promise<HttpConnections> | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws DeliveryFailure when there is no whole answer; any answer is returned, whatever its status */
  async request({ method, url, headers = {}, body, signal }: HttpRequest): Promise<HttpResponse> {
    const { connectTimeoutMs, timeoutMs, nowMs, redact } = this.#options;
    // A receiver that says a little now and then is given up as well.
    const limit = new AbortController();
    const timer = setTimeout(
      () => limit.abort(new DOMException('no whole answer in time', 'TimeoutError')),
      connectTimeoutMs + 2 * timeoutMs,
    );
    try {
      this.#connections ??= openConnections(this.#options);
      const connections = await this.#connections;
      const response = await connections.request(url, {
        dispatcher: connections.for(new URL(url)),
        method,
        headers: { 'user-agent': 'problemchild-agent', ...headers },
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
      });
      const retryAfter = response.headers['retry-after'];
      const dateMs = Date.parse(String(response.headers['date'] ?? ''));
      return {
        status: response.statusCode,
        body: await readText(response.body),
        retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, nowMs()),
        dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
        quote: (text, maxLength) => escapeForTerminal(redact(text.slice(0, maxQuotedLength)), maxLength),
      };
    } catch (error) {
      throw connectionFailure(error, peerOf(url), redact);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await (await this.#connections)?.close();
  }
}

/** Counted here, because undici bounds no answers that come through a proxy without a tunnel. */
async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxResponseBytes)
      throw Object.assign(new Error('the answer does not end'), { code: 'ANSWER SIZE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Compressed body; the level that costs least, because documents compress well at any. */
export function compress(body: string): Promise<Buffer> {
  return gzipAsync(body, { level: 1 });
}

/** `host:port` of a URL, without credentials. */
export function peerOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/** What went wrong below HTTP: the code of the innermost error counts. */
export function connectionFailure(
  error: unknown,
  peer: string,
  redact: (text: string) => string = (text) => text,
): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth++)
    inner = inner.cause;
  const { code, errors } = inner as { code?: unknown; errors?: readonly { code?: unknown }[] };
  const found = typeof code === 'string' ? code : errors?.[0]?.code;
  const isTimeout = inner instanceof Error && /^(?:Abort|Timeout)Error$/.test(inner.name);
  const message = escapeForTerminal(redact(messageOf(inner)), 500);
  return new DeliveryFailure(`${peer}: ${message || String(found)}`, {
    code: typeof found === 'string' ? found : isTimeout ? 'TIMEOUT' : 'UNEXPECTED',
    peer,
    cause: error,
  });
}

const batchStatuses = new Set([400, 413, 422]);

/** The failure that an answer of this status stands for, when nothing of the batch was taken. */
export function statusFailure(
  { status, body, retryAfterMs, quote }: HttpResponse,
  peer: string,
  said: string | undefined = undefined,
): DeliveryFailure {
  const text = quote((said ?? body).trim(), 300);
  return new DeliveryFailure(`${peer}: HTTP ${status}${text === '' ? '' : `: ${text}`}`, {
    code: `HTTP ${status}`,
    scope: batchStatuses.has(status) ? 'batch' : 'destination',
    retryAfterMs,
    peer,
  });
}
