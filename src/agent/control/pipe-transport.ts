import { setTimeout as wait } from 'node:timers/promises';
import { AgentError, type ErrorCode, messageOf } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import { type NativeLibrary, PipeConnection, PipeServer, pipeDescriptor } from '../../windows/index.ts';
import { repeat } from '../repeat.ts';
import type { Access, Caller, ControlTransport, ServerWire, Wire } from './transport.ts';

export interface PipeTransportOptions {
  /** Opened when the channel is. */
  readonly library: () => Promise<NativeLibrary>;
  readonly name: string;
  /** SID of the group that may read, or `null`. */
  readonly readGroup: string | null;
  readonly clients: number;
  readonly log: Log;
}

/** People do not notice a tenth of a second, and asking whether somebody came costs microseconds. */
const acceptEveryMs = 100;
/** While a conversation is on. */
const lookEveryMs = 10;
const connectTimeoutMs = 2_000;
const chunkBytes = 65_536;

/**
 * The named pipe, on Windows. Nothing waits in the library: a client that is silent or does not read occupies no
 * thread that an action on a process might need.
 */
export class PipeTransport implements ControlTransport {
  readonly address: string;
  readonly #options: PipeTransportOptions;
  readonly #wires = new Set<Wire>();
  #server: PipeServer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PipeTransportOptions) {
    this.#options = options;
    this.address = `\\\\.\\pipe\\${options.name}`;
  }

  async listen(onClient: (wire: ServerWire) => void): Promise<void> {
    const { library, name, readGroup, clients, log } = this.#options;
    try {
      const options = { name, descriptor: pipeDescriptor(readGroup), clients };
      this.#server = PipeServer.create(await library(), options);
    } catch (cause) {
      throw new AgentError('PC_CONTROL_OPEN', messageOf(cause), { cause });
    }
    this.#timer = repeat('control pipe', acceptEveryMs, () => this.#accept(onClient), log);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const wire of this.#wires) wire.close();
    this.#server?.close();
    this.#server = undefined;
  }

  #accept(onClient: (wire: ServerWire) => void): void {
    for (let pipe = this.#server?.accept(); pipe !== undefined; pipe = this.#server?.accept()) {
      const wire = new ClientWire(pipe, this.#options.readGroup, () => this.#wires.delete(wire));
      this.#wires.add(wire);
      onClient(wire);
    }
  }
}

const connectCodes: Readonly<Record<string, ErrorCode>> = {
  PC_NATIVE_ACCESS: 'PC_CONTROL_DENIED',
  PC_NATIVE_OWNER: 'PC_CONTROL_FOREIGN',
};

/** Connects to an agent's pipe. @throws AgentError PC_CONTROL_UNREACHABLE, PC_CONTROL_DENIED or PC_CONTROL_FOREIGN */
export function connectPipe(library: NativeLibrary, name: string): Wire {
  try {
    return new PipeWire(PipeConnection.connect(library, name, connectTimeoutMs));
  } catch (cause) {
    if (!(cause instanceof AgentError)) throw cause;
    throw new AgentError(connectCodes[cause.code] ?? 'PC_CONTROL_UNREACHABLE', cause.message, { cause });
  }
}

class PipeWire implements Wire {
  protected readonly pipe: PipeConnection;
  #isClosed = false;

  constructor(pipe: PipeConnection) {
    this.pipe = pipe;
  }

  async read(timeoutMs: number): Promise<Uint8Array | undefined> {
    let bytes: Uint8Array | undefined;
    await this.#until(timeoutMs, () => {
      const read = this.#isClosed ? 'ended' : this.pipe.read();
      if (read instanceof Uint8Array) bytes = read;
      return read !== 'nothing';
    });
    return bytes;
  }

  async write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      await this.#offer(bytes.subarray(at, at + chunkBytes), untilMs - performance.now());
    }
    await this.#offer(new Uint8Array(0), untilMs - performance.now());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.pipe.close();
  }

  #offer(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    return this.#until(timeoutMs, () => {
      const written = this.#isClosed ? 'ended' : this.pipe.write(bytes);
      if (written === 'ended')
        throw new AgentError('PC_CONTROL_UNREACHABLE', 'the control channel has closed');
      return written === 'taken';
    });
  }

  async #until(timeoutMs: number, isDone: () => boolean): Promise<void> {
    const untilMs = performance.now() + timeoutMs;
    while (!isDone()) {
      if (performance.now() >= untilMs) {
        throw new AgentError('PC_CONTROL_SILENT', 'nothing came over the control channel in time');
      }
      await wait(lookEveryMs);
    }
  }
}

class ClientWire extends PipeWire implements ServerWire {
  readonly #readGroup: string | null;
  readonly #onClose: () => void;

  constructor(pipe: PipeConnection, readGroup: string | null, onClose: () => void) {
    super(pipe);
    this.#readGroup = readGroup;
    this.#onClose = onClose;
  }

  async identify(): Promise<Caller> {
    const { pid, sid, account, isAdministrator, isInGroup } = await this.pipe.identify(this.#readGroup);
    const access: Access | undefined = isAdministrator ? 'admin' : isInGroup ? 'read' : undefined;
    return {
      name: account === undefined ? sid : `${account} (${sid})`,
      pid: pid === 0 ? undefined : pid,
      access,
    };
  }

  override close(): void {
    super.close();
    this.#onClose();
  }
}
