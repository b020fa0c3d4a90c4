import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { escapeForTerminal } from '../text/index.ts';
import { parseRetryAfter } from './backoff.ts';
import { DeliveryFailure } from './destination.ts';
import type { TlsMaterial } from './tls-options.ts';

/** A proxy for each scheme, its credentials in the URL, and the hosts that are reached without it. */
export interface ProxyRoute {
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** As in NO_PROXY: hosts and domains, separated by commas; `*` for all. */
  readonly except: string;
}

export interface HttpClientOptions {
  readonly tls: TlsMaterial;
  readonly proxy: ProxyRoute | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** The time of day, for Retry-After. */
  readonly nowMs: () => number;
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
}

/** No answer to a batch is longer. */
const maxResponseBytes = 33_554_432;
const gzipAsync = promisify(gzip);

/** HTTP over one pool of connections: TLS checked, proxies respected, redirects not followed. */
export class HttpClient {
  readonly #dispatcher: Dispatcher;
  readonly #nowMs: () => number;

  constructor({ tls, proxy, connectTimeoutMs, timeoutMs, nowMs }: HttpClientOptions) {
    this.#nowMs = nowMs;
    const agent: Agent.Options = {
      connect: { ...tls, timeout: connectTimeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 4,
      pipelining: 1,
      allowH2: false,
      maxResponseSize: maxResponseBytes,
    };
    this.#dispatcher =
      proxy === undefined
        ? new Agent(agent)
        : new EnvHttpProxyAgent({
            ...agent,
            requestTls: { ...tls, timeout: connectTimeoutMs },
            // The proxy has a name and perhaps a certificate of its own.
            proxyTls: { ca: tls.ca as string[], minVersion: 'TLSv1.2', timeout: connectTimeoutMs },
            // Empty text would make undici look into the environment of the process.
            httpProxy: proxy.http ?? '',
            httpsProxy: proxy.https ?? '',
            noProxy: proxy.except,
          });
  }

  /** @throws DeliveryFailure when there is no answer; any answer is returned, whatever its status */
  async request({ method, url, headers = {}, body, signal }: HttpRequest): Promise<HttpResponse> {
    try {
      const response = await request(url, {
        dispatcher: this.#dispatcher,
        method,
        headers: { 'user-agent': 'problemchild-agent', ...headers },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      const retryAfter = response.headers['retry-after'];
      const dateMs = Date.parse(String(response.headers['date'] ?? ''));
      return {
        status: response.statusCode,
        body: await response.body.text(),
        retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, this.#nowMs()),
        dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
      };
    } catch (error) {
      throw connectionFailure(error, peerOf(url));
    }
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
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
export function connectionFailure(error: unknown, peer: string): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  let inner = error;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth++)
    inner = inner.cause;
  const { code, errors } = inner as { code?: unknown; errors?: readonly { code?: unknown }[] };
  const found = typeof code === 'string' ? code : errors?.[0]?.code;
  const isTimeout = inner instanceof Error && /^(?:Abort|Timeout)Error$/.test(inner.name);
  const message = escapeForTerminal(inner instanceof Error ? inner.message : String(inner), 500);
  return new DeliveryFailure(`${peer}: ${message || String(found)}`, {
    code: typeof found === 'string' ? found : isTimeout ? 'TIMEOUT' : 'UNEXPECTED',
    peer,
    cause: error,
  });
}

const batchStatuses = new Set([400, 413, 422]);

/** The failure that an answer of this status stands for, when nothing of the batch was taken. */
export function statusFailure(
  { status, body, retryAfterMs }: HttpResponse,
  peer: string,
  said: string | undefined = undefined,
): DeliveryFailure {
  const text = escapeForTerminal((said ?? body).trim(), 300);
  return new DeliveryFailure(`${peer}: HTTP ${status}${text === '' ? '' : `: ${text}`}`, {
    code: `HTTP ${status}`,
    scope: batchStatuses.has(status) ? 'batch' : 'destination',
    retryAfterMs,
    peer,
  });
}
