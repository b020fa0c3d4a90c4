import { once } from 'node:events';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { AgentError, messageOf } from '../../errors/index.ts';
import { metricsContentType } from './metrics-text.ts';

const loopback = '127.0.0.1';
const limits = { connections: 16, requestMs: 5_000, headerBytes: 8_192 } as const;

/** Serves metrics to whoever is on this machine: `GET /metrics` on 127.0.0.1, nothing else. */
export class MetricsPort {
  readonly #port: number;
  readonly #read: () => string;
  #server: Server | undefined;

  constructor(port: number, read: () => string) {
    this.#port = port;
    this.#read = read;
  }

  /** @throws AgentError PC_CONTROL_OPEN when the port is taken */
  async start(): Promise<void> {
    // Few ask for metrics, and to import Node's HTTP at all takes 15 MB.
    const { createServer } = await import('node:http');
    const server = createServer(
      {
        maxHeaderSize: limits.headerBytes,
        requestTimeout: limits.requestMs,
        headersTimeout: limits.requestMs,
      },
      answerWith(this.#read),
    );
    server.maxConnections = limits.connections;
    this.#server = server;
    try {
      server.listen({ host: loopback, port: this.#port, exclusive: true });
      await once(server, 'listening');
      // Of a client that could not be accepted; the next one may be.
      server.on('error', () => undefined);
    } catch (cause) {
      throw new AgentError('PC_CONTROL_OPEN', `${loopback}:${this.#port}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server?.listening !== true) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

function answerWith(read: () => string): RequestListener {
  return (request, response) => {
    response.setHeader('connection', 'close');
    // A page of another site that has its own name resolve to 127.0.0.1 asks with that name.
    if (!isLoopbackName(request.headers.host)) response.writeHead(403).end();
    else if (request.url !== '/metrics') response.writeHead(404).end();
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else answerMetrics(response, read);
  };
}

/** What cannot be read now may be at the next time; thrown from here it would end the agent. */
function answerMetrics(response: ServerResponse, read: () => string): void {
  let text: string;
  try {
    text = read();
  } catch {
    response.writeHead(500).end();
    return;
  }
  response.writeHead(200, { 'content-type': metricsContentType }).end(text);
}

function isLoopbackName(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/.test(host);
}
