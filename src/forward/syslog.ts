import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { DeliveryFailure, type Destination, type SendResult, sameVerdict } from './destination.ts';
import { connectionFailure } from './http-client.ts';
import type { QueuedEntry } from './outbox.ts';
import { formatSyslog, type SyslogFormat } from './syslog-message.ts';
import type { TlsMaterial } from './tls-options.ts';

export interface SyslogOptions {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly format: SyslogFormat;
  /**
   * Syslog has no answers. With this, each batch has a connection of its own that the agent ends first: a receiver
   * that then ends its side has read all of it; one that died says so by a reset, and one that ends by itself has
   * perhaps read nothing. Without it, a batch counts as delivered when the system has taken it, and what was under
   * way when a connection broke is lost.
   */
  readonly confirm: boolean;
  readonly tls: TlsMaterial;
  readonly connectTimeoutMs: number;
}

/** What a UDP datagram over IPv4 holds at most; one over IPv6 holds a little more. */
const maxDatagramBytes = 65_507;
/** Least and longest wait for an end that the receiver began by itself. */
const minGraceMs = 100;
const maxGraceMs = 2_000;

/** Syslog of RFC 5424 in UDP datagrams, TCP with octet counting (RFC 6587) or TLS (RFC 5425). */
export class Syslog implements Destination {
  readonly #options: SyslogOptions;
  readonly #prepare: (entry: QueuedEntry) => string;
  #socket: Socket | undefined;

  constructor(options: SyslogOptions, prepare: (entry: QueuedEntry) => string) {
    const { protocol, format } = options;
    const maxMessageBytes =
      protocol === 'udp' ? Math.min(maxDatagramBytes, format.maxMessageBytes) : format.maxMessageBytes;
    this.#options = { ...options, format: { ...format, maxMessageBytes } };
    this.#prepare = prepare;
  }

  async send(entries: readonly QueuedEntry[], signal: AbortSignal): Promise<SendResult> {
    const messages = entries.map((entry) =>
      Buffer.from(formatSyslog(entry, this.#prepare(entry), this.#options.format)),
    );
    try {
      if (this.#options.protocol === 'udp') await this.#sendDatagrams(messages, signal);
      else await this.#sendStream(messages, signal);
    } catch (error) {
      this.#drop();
      throw failureOf(error, this.#peer);
    }
    return { verdicts: sameVerdict(entries, 'delivered') };
  }

  async close(): Promise<void> {
    this.#socket?.end();
    this.#socket = undefined;
  }

  get #peer(): string {
    return `${this.#options.host}:${this.#options.port}`;
  }

  #drop(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #sendStream(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message]);
    const data = Buffer.concat(frames);
    if (this.#options.confirm) {
      const startMs = performance.now();
      const socket = await openStream(this.#options, signal);
      // Opening takes at least one round trip; what a receiver did when the last byte came is known one later.
      const graceMs = Math.min(maxGraceMs, Math.max(minGraceMs, 2 * (performance.now() - startMs)));
      await writeAndEnd(socket, data, graceMs, signal);
    } else {
      this.#socket ??= await this.#openKept(signal);
      await write(this.#socket, data, signal);
    }
  }

  async #openKept(signal: AbortSignal): Promise<Socket> {
    const socket = await openStream(this.#options, signal);
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }

  async #sendDatagrams(messages: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    // A host with addresses of both families is called by the older one, which its receiver is sure to listen on.
    const { address, family } = await lookup(host, { order: 'ipv4first' });
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    // What the network says of a datagram comes with a later one, or with none.
    const failed = new Promise<never>((_, reject) => {
      socket.on('error', reject);
    });
    failed.catch(() => undefined);
    const done = (act: (settle: (error?: Error | null) => void) => void): Promise<void> =>
      Promise.race([
        failed,
        new Promise<void>((resolve, reject) => act((error) => (error ? reject(error) : resolve()))),
      ]);
    try {
      await done((settle) => socket.connect(port, address, settle as () => void));
      for (const message of messages) {
        if (signal.aborted) throw timeout(this.#peer);
        await done((settle) => socket.send(message, settle));
      }
    } finally {
      socket.close();
    }
  }
}

/** A datagram that the way there does not carry is refused by itself; the receiver is well. */
function failureOf(error: unknown, peer: string): DeliveryFailure {
  const failure = connectionFailure(error, peer);
  const { code, message } = failure;
  return code === 'EMSGSIZE' ? new DeliveryFailure(message, { code, scope: 'batch', peer }) : failure;
}

function timeout(peer: string): DeliveryFailure {
  return new DeliveryFailure(`${peer}: no answer in time`, { code: 'TIMEOUT', peer });
}

async function openStream(options: SyslogOptions, signal: AbortSignal): Promise<Socket> {
  const { host, port, protocol, tls, connectTimeoutMs } = options;
  const peer = `${host}:${port}`;
  const { connect: connectTls } = await import('node:tls');
  return await new Promise((resolve, reject) => {
    const isName = !/^[\d.]+$|:/.test(host);
    const socket =
      protocol === 'tls'
        ? connectTls({ host, port, ...(isName ? { servername: host } : {}), ...tls })
        : connectTcp({ host, port });
    const limit = setTimeout(() => fail(timeout(peer)), connectTimeoutMs);
    const abort = (): void => fail(timeout(peer));
    const finish = (): void => {
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    };
    function fail(error: Error): void {
      finish();
      socket.once('error', () => undefined);
      socket.destroy();
      reject(error);
    }
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once(protocol === 'tls' ? 'secureConnect' : 'connect', () => {
      finish();
      socket.on('error', () => undefined);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/**
 * Resolves when the receiver has ended its side without an error, and after this one: it has read everything.
 *
 * @param graceMs how long, after the last byte, an end that the receiver began by itself may take to come here
 */
function writeAndEnd(socket: Socket, data: Buffer, graceMs: number, signal: AbortSignal): Promise<void> {
  return exchange(socket, signal, (resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    let isOver = false;
    let hasEnded = false;
    const broken = (): void =>
      reject(
        Object.assign(new Error('the connection broke before everything was read'), { code: 'ECONNRESET' }),
      );
    socket.once('end', () => {
      hasEnded = true;
      if (!isOver) broken();
    });
    socket.once('close', (hadError) => {
      clearTimeout(grace);
      if (isOver && hasEnded && !hadError && socket.writableFinished) resolve();
      else broken();
    });
    socket.once('data', () => {
      const message = 'the receiver answers, which no syslog receiver does: is it one?';
      reject(Object.assign(new Error(message), { code: 'ANSWERED' }));
    });
    socket.write(data, () => {
      if (socket.destroyed) return;
      grace = setTimeout(() => {
        isOver = true;
        socket.end();
      }, graceMs);
    });
  });
}

/** Resolves when the system has taken everything. */
function write(socket: Socket, data: Buffer, signal: AbortSignal): Promise<void> {
  return exchange(socket, signal, (resolve, reject) => {
    socket.resume();
    socket.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

function exchange(
  socket: Socket,
  signal: AbortSignal,
  run: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => fail(timeout(`${socket.remoteAddress}:${socket.remotePort}`));
    function finish(): void {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    }
    function fail(error: Error): void {
      finish();
      socket.destroy();
      reject(error);
    }
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    run(() => {
      finish();
      resolve();
    }, fail);
  });
}
