import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { AgentError, messageOf } from '../../errors/index.ts';
import { findSocket, inodeOf, prepareSocket, removeSocket } from './socket-file.ts';
import { SocketWire } from './socket-wire.ts';
import type { Caller, ControlTransport, ServerWire, Wire } from './transport.ts';

const connectTimeoutMs = 2_000;

/**
 * A Unix socket that only its owner and root can open: whoever connects may do everything. The system is not asked
 * who of the two it is.
 */
export class SocketTransport implements ControlTransport {
  readonly address: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #inode: bigint | undefined;

  constructor(path: string) {
    this.address = path;
  }

  async listen(onClient: (wire: ServerWire) => void): Promise<void> {
    if (await isAnswered(this.address)) {
      throw new AgentError('PC_CONTROL_OPEN', `another agent answers on ${this.address}`, {
        where: this.address,
      });
    }
    const nursery = prepareSocket(this.address);
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      onClient(new OwnerWire(socket));
    });
    try {
      server.listen(nursery.path);
      await once(server, 'listening');
      nursery.publish();
    } catch (cause) {
      server.close();
      nursery.discard();
      throw new AgentError('PC_CONTROL_OPEN', `${this.address}: ${messageOf(cause)}`, { cause });
    }
    // Of a client that could not be accepted; the next one may be.
    server.on('error', () => undefined);
    this.#inode = inodeOf(this.address);
    this.#server = server;
  }

  async close(): Promise<void> {
    if (this.#server === undefined) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#server = undefined;
    if (this.#inode !== undefined) removeSocket(this.address, this.#inode);
  }
}

/** Connects to an agent's socket. @throws AgentError PC_CONTROL_UNREACHABLE or PC_CONTROL_DENIED */
export async function connectSocket(path: string): Promise<Wire> {
  if (!findSocket(path))
    throw new AgentError('PC_CONTROL_UNREACHABLE', `there is no socket ${path}`, { where: path });
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectTimeoutMs) });
  } catch (cause) {
    socket.destroy();
    const { code, message } = cause as NodeJS.ErrnoException;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    throw new AgentError(isDenied ? 'PC_CONTROL_DENIED' : 'PC_CONTROL_UNREACHABLE', `${path}: ${message}`, {
      where: path,
      cause,
    });
  }
  return new SocketWire(socket);
}

class OwnerWire extends SocketWire implements ServerWire {
  async identify(): Promise<Caller> {
    return {
      name: `${userInfo().username}@${hostname()} (owner of the socket)`,
      pid: undefined,
      access: 'admin',
    };
  }
}

async function isAnswered(path: string): Promise<boolean> {
  try {
    (await connectSocket(path)).close();
    return true;
  } catch (error) {
    // What stands in the way is told by whoever prepares the place.
    if (error instanceof AgentError) return false;
    throw error;
  }
}
