import { AgentError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { ControlCommand } from './command.ts';
import { LineReader } from './line-reader.ts';
import {
  type Answer,
  failure,
  formatAnswer,
  maxRequestBytes,
  parseRequest,
  type Request,
  success,
} from './protocol.ts';
import type { Caller, ControlTransport, ServerWire } from './transport.ts';

export interface ControlServerParts {
  readonly transport: ControlTransport;
  readonly commands: readonly ControlCommand[];
  readonly log: Log;
  readonly maxClients: number;
  readonly idleTimeoutMs: number;
}

const writeTimeoutMs = 5_000;
const busyTimeoutMs = 1_000;
/** So many administrators are served when everybody else has taken all there is. */
export const reservedClients = 2;

/** Answers clients of the control channel, each one request after the other. */
export class ControlServer {
  readonly #parts: ControlServerParts;
  readonly #commands: ReadonlyMap<string, ControlCommand>;
  #clients = 0;

  constructor(parts: ControlServerParts) {
    this.#parts = parts;
    this.#commands = new Map(parts.commands.map((command) => [command.name, command]));
  }

  /** @throws AgentError PC_CONTROL_OPEN */
  start(): Promise<void> {
    return this.#parts.transport.listen((wire) => {
      this.#serve(wire).catch((error: unknown) => {
        // Clients come and go as they please; that one went is worth a line only to whoever looks for it.
        this.#parts.log.debug('A control client left', { error: String(error) });
      });
    });
  }

  stop(): Promise<void> {
    return this.#parts.transport.close();
  }

  async #serve(wire: ServerWire): Promise<void> {
    const { maxClients, idleTimeoutMs } = this.#parts;
    const lines = new LineReader(wire, maxRequestBytes);
    let isServed = this.#clients < maxClients;
    if (isServed) this.#clients++;
    try {
      for (;;) {
        // Read first: only then is it known who it is, and closing a socket with something unread in it can cost the
        // other side the answer.
        const request = await this.#next(wire, lines, isServed ? idleTimeoutMs : busyTimeoutMs);
        if (request === undefined) return;
        const caller = await wire.identify();
        if (!isServed) {
          isServed = caller.access === 'admin' && this.#clients < maxClients + reservedClients;
          if (!isServed) {
            await wire.write(formatAnswer(failure(0, 'PC_CONTROL_BUSY', 'too many clients')), writeTimeoutMs);
            return;
          }
          this.#clients++;
        }
        await wire.write(formatAnswer(await this.#answer(request, caller)), writeTimeoutMs);
      }
    } finally {
      if (isServed) this.#clients--;
      wire.close();
    }
  }

  /** The next request; `undefined` when the client has closed. */
  async #next(wire: ServerWire, lines: LineReader, timeoutMs: number): Promise<Request | undefined> {
    try {
      const line = await lines.next(timeoutMs);
      return line === undefined ? undefined : parseRequest(line);
    } catch (error) {
      // After such a line nothing says where the next one begins.
      if (error instanceof AgentError && error.code === 'PC_CONTROL_PROTOCOL') {
        await wire.write(formatAnswer(failure(0, error.code, error.message)), writeTimeoutMs);
      }
      throw error;
    }
  }

  async #answer({ id, command: name, params }: Request, caller: Caller): Promise<Answer> {
    const { log } = this.#parts;
    const command = this.#commands.get(name);
    if (command === undefined) return failure(id, 'PC_CONTROL_PROTOCOL', `there is no command ${name}`);
    const facts = { command: name, by: caller.name, pid: caller.pid };
    if (!mayRun(command, caller)) {
      log.warn('Control command denied', facts);
      return failure(id, 'PC_CONTROL_DENIED', `${caller.name} may not use ${name}`);
    }
    try {
      const result = await command.run(params, caller);
      if (command.access === 'admin') log.info('Control command', { ...facts, params, outcome: 'success' });
      return success(id, result);
    } catch (error) {
      const told = error instanceof AgentError ? error : undefined;
      log.warn('Control command failed', { ...facts, params, outcome: 'failure', error: String(error) });
      return failure(id, told?.code ?? 'PC_CONTROL_REFUSED', told?.message ?? `${name} failed`);
    }
  }
}

function mayRun({ access }: ControlCommand, caller: Caller): boolean {
  return caller.access === 'admin' || (caller.access === 'read' && access === 'read');
}
