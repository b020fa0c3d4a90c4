import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { AgentError } from '../../errors/index.ts';
import { metricsContentType } from './metrics-text.ts';

const loopback = '127.0.0.1';
const limits = { connections: 16, requestMs: 5_000, headerBytes: 8_192 } as const;

/** Serves metrics to whoever is on this machine: `GET /metrics` on 127.0.0.1, nothing else. */
export class MetricsPort {
  readonly #port: number;
  readonly #server: Server;

  constructor(port: number, read: () => string) {
    this.#port = port;
    this.#server = createServer(
      {
        maxHeaderSize: limits.headerBytes,
        requestTimeout: limits.requestMs,
        headersTimeout: limits.requestMs,
      },
      (request, response) => {
        response.setHeader('connection', 'close');
        // A page of another site that has its own name resolve to 127.0.0.1 asks with that name.
        if (!isLoopbackName(request.headers.host)) response.writeHead(403).end();
        else if (request.url !== '/metrics') response.writeHead(404).end();
        else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
        else response.writeHead(200, { 'content-type': metricsContentType }).end(read());
      },
    );
    this.#server.maxConnections = limits.connections;
  }

  /** @throws AgentError PC_CONTROL_OPEN when the port is taken */
  async start(): Promise<void> {
    try {
      this.#server.listen({ host: loopback, port: this.#port, exclusive: true });
      await once(this.#server, 'listening');
    } catch (cause) {
      throw new AgentError('PC_CONTROL_OPEN', `${loopback}:${this.#port}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function isLoopbackName(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/.test(host);
}
