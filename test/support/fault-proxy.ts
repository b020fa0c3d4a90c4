import { connect, createServer, type Server, type Socket } from 'node:net';

export type Fault =
  /** Passes everything on. */
  | 'none'
  | 'refuse'
  /** Breaks the connection after some bytes of the request. */
  | 'reset mid-batch'
  /** Takes everything and answers nothing. */
  | 'stall'
  /** Answers these itself. */
  | '429'
  | '503'
  /** Passes the request on and breaks off in the middle of the answer. */
  | 'half response'
  /** Speaks nonsense. */
  | 'garbage';

/** Everything but none. */
export const faults: readonly Fault[] = [
  'refuse',
  'reset mid-batch',
  'stall',
  '429',
  '503',
  'half response',
  'garbage',
];

/** A TCP proxy before a receiver that does to connections what networks do. */
export class FaultProxy {
  readonly port: number;
  fault: Fault = 'none';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    let proxy: FaultProxy | undefined;
    // Half-open, as load balancers are: the end of one side must not be answered before the receiver has answered it.
    const server = createServer({ allowHalfOpen: true }, (client) => proxy?.take(client, targetPort));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = new FaultProxy(server, (server.address() as { port: number }).port);
    return proxy;
  }

  /** A new fault also ends the connections that are open, as a restart would. */
  switchTo(fault: Fault): void {
    this.fault = fault;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  take(client: Socket, targetPort: number): void {
    this.#watch(client);
    switch (this.fault) {
      case 'refuse':
        client.resetAndDestroy();
        return;
      case 'stall':
        client.resume();
        return;
      case '429':
        this.#answer(client, 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n');
        return;
      case '503':
        this.#answer(client, 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
        return;
      case 'garbage':
        this.#answer(client, 'SSH-2.0-OpenSSH_9.2\r\n');
        return;
      default:
        this.#pass(client, targetPort);
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #answer(client: Socket, text: string): void {
    client.once('data', () => client.end(text));
    client.resume();
  }

  #pass(client: Socket, targetPort: number): void {
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    this.#watch(upstream);
    const { fault } = this;
    let seen = 0;
    client.on('data', (chunk) => {
      seen += chunk.length;
      if (fault === 'reset mid-batch' && seen > 4_000) {
        upstream.write(chunk.subarray(0, 100), () => {
          upstream.destroy();
          client.resetAndDestroy();
        });
        return;
      }
      if (!upstream.write(chunk)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
    client.once('end', () => upstream.end());
    client.once('close', () => upstream.destroy());
    upstream.on('data', (chunk) => {
      if (fault === 'half response') {
        client.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => client.resetAndDestroy());
        upstream.destroy();
        return;
      }
      client.write(chunk);
    });
    upstream.once('end', () => client.end());
    upstream.once('close', () => client.destroy());
  }
}
