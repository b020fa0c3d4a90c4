import { resolve } from 'node:path';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { NativeLibrary } from '../../windows/index.ts';
import { openLibrary } from '../live-input.ts';
import { ControlClient } from './client.ts';
import { type ControlContext, createCommands } from './commands.ts';
import { metricsOf } from './metrics.ts';
import { MetricsPort } from './metrics-port.ts';
import { formatMetrics } from './metrics-text.ts';
import { connectPipe, PipeTransport } from './pipe-transport.ts';
import { type ChannelPart, RetriedOpening } from './retried-opening.ts';
import { ControlServer, reservedClients } from './server.ts';
import { connectSocket, SocketTransport } from './socket-transport.ts';
import type { ControlTransport } from './transport.ts';

export interface ControlOptions {
  /** At the start: the channel stays where it is until the agent is started again. */
  readonly config: Config;
  readonly log: Log;
  /** Carries the named pipe, on Windows; opened where the source needs none. */
  readonly library: NativeLibrary | undefined;
  readonly context: ControlContext;
}

/** The agent's side of the channel. */
export interface Control {
  /** Why parts of it are not open, in words; they are tried again. */
  readonly problems: readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens nothing yet. */
export function openControl({ config, log, library, context }: ControlOptions): Control {
  const { enabled, metricsPort, maxClients, idleTimeoutMs } = config.control;
  const parts: ChannelPart[] = [];
  const transport = enabled ? chooseTransport(config, library, log) : undefined;
  if (transport !== undefined) {
    const commands = createCommands(context);
    const server = new ControlServer({ transport, commands, log, maxClients, idleTimeoutMs });
    parts.push({ what: transport.address, start: () => server.start(), stop: () => server.stop() });
  }
  if (metricsPort > 0) {
    const port = new MetricsPort(metricsPort, () => formatMetrics(metricsOf(context.status())));
    parts.push({ what: `127.0.0.1:${metricsPort}`, start: () => port.start(), stop: () => port.stop() });
  }
  const openings = parts.map((part) => new RetriedOpening(part, log));
  return {
    get problems() {
      return openings.map(({ problem }) => problem).filter((problem) => problem !== undefined);
    },
    async start() {
      for (const opening of openings) await opening.start();
    },
    async stop() {
      await Promise.all(openings.map((opening) => opening.stop()));
    },
  };
}

function chooseTransport(
  config: Config,
  library: NativeLibrary | undefined,
  log: Log,
): ControlTransport | undefined {
  const { pipe, readGroup, maxClients } = config.control;
  if (process.platform === 'win32') {
    return new PipeTransport({
      library: async () => library ?? (await openLibrary(config)),
      name: pipe,
      readGroup,
      // One more, so that there is somebody to say that there are too many.
      clients: maxClients + reservedClients + 1,
      log,
    });
  }
  const path = socketPathOf(config);
  return path === undefined ? undefined : new SocketTransport(path);
}

/** Where the Unix socket of this configuration is; `undefined` without a state file that it could be beside. */
function socketPathOf({ control, state }: Config): string | undefined {
  if (control.socket !== null) return resolve(control.socket);
  if (state.file === null) return undefined;
  return `${resolve(state.file).replace(/\.(?:db|sqlite3?)$/i, '')}.control.sock`;
}

/**
 * Connects to the agent that this configuration is of.
 * @throws AgentError PC_CONTROL_UNREACHABLE when there is none, PC_CONTROL_DENIED when it is not for this account,
 * PC_CONTROL_FOREIGN when another program has its name
 */
export async function connectToAgent(config: Config): Promise<ControlClient> {
  if (!config.control.enabled) {
    throw new AgentError('PC_CONTROL_UNREACHABLE', 'the control channel is switched off (control.enabled)');
  }
  if (process.platform === 'win32') {
    return new ControlClient(connectPipe(await openLibrary(config), config.control.pipe));
  }
  const path = socketPathOf(config);
  if (path === undefined) {
    throw new AgentError(
      'PC_CONTROL_UNREACHABLE',
      'nothing says where an agent would answer; name the state file with --state, or set control.socket',
    );
  }
  return new ControlClient(await connectSocket(path));
}
