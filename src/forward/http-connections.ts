import type { Dispatcher, request } from 'undici';
import type { ProxyRoute, ProxyServer } from './proxy-route.ts';
import type { TlsMaterial } from './tls-options.ts';

export interface ConnectionOptions {
  readonly tls: TlsMaterial;
  readonly proxy: ProxyRoute | undefined;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and between two pieces of it. */
  readonly timeoutMs: number;
}

/** Connections that are kept for the next request: direct ones, and those through each proxy. */
export interface HttpConnections {
  readonly request: typeof request;
  /** What a request to this URL goes through. */
  for(url: URL): Dispatcher;
  close(): Promise<void>;
}

/** Connects nowhere yet. The library is 1 MB of program, which an agent without such a destination never loads. */
export async function openConnections(options: ConnectionOptions): Promise<HttpConnections> {
  const { Agent, ProxyAgent, request } = await import('undici');
  const { tls, proxy, connectTimeoutMs, timeoutMs } = options;
  const shared = {
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connections: 4,
    pipelining: 1,
    allowH2: false,
  };
  const connect = { ...tls, timeout: connectTimeoutMs };
  const direct = new Agent({ ...shared, connect });
  const open = ({ url, authorization }: ProxyServer) =>
    new ProxyAgent({
      ...shared,
      uri: url,
      ...(authorization === undefined ? {} : { token: authorization }),
      requestTls: connect,
      // The proxy has a name and perhaps a certificate of its own.
      proxyTls: {
        ca: tls.ca as string[],
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        timeout: connectTimeoutMs,
      },
    });
  const http = proxy?.http && open(proxy.http);
  const https = proxy?.https && open(proxy.https);
  return {
    request,
    for(url) {
      if (proxy === undefined || proxy.isExcepted(url)) return direct;
      return (url.protocol === 'https:' ? https : http) ?? direct;
    },
    async close() {
      await Promise.all([direct, http, https].map((each) => each?.destroy()));
    },
  };
}
