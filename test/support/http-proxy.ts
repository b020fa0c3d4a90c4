import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface HttpProxy {
  readonly url: string;
  /** What was asked for: `host:port` of tunnels, whole URLs of plain requests. */
  readonly asked: readonly string[];
  stop(): void;
}

/** A proxy that opens tunnels and refuses plain requests; wants this Proxy-Authorization if told so. */
export async function startHttpProxy(authorization?: string): Promise<HttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const watch = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  };
  const isAllowed = (header: string | undefined): boolean =>
    authorization === undefined || header === authorization;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(isAllowed(request.headers['proxy-authorization']) ? 403 : 407);
    response.end('only tunnels');
  });
  server.on('connection', watch);
  server.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    if (!isAllowed(request.headers['proxy-authorization'])) {
      client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    watch(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
