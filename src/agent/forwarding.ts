import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import type { Clock } from '../event/index.ts';
import {
  type AgentFacts,
  createTimers,
  type DestinationSettings,
  type DestinationSurroundings,
  Forwarder,
  openRoute,
  type ProbeResult,
  probeRoute,
  type Route,
  SecretOpener,
  type SecretSources,
} from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import { OutboxDesk, OutboxTable, type Store } from '../store/index.ts';
import { openForwardingPorts } from './forwarding-ports.ts';
import type { OpenLibrary } from './live-input.ts';
import { useStateFile } from './state-file.ts';
import { agentVersion } from './version.ts';

/** What forwarding needs besides the configuration. */
export interface ForwardingOptions {
  readonly config: Config;
  readonly env: SecretSources['env'];
  readonly clock?: Clock;
  /** Told of every secret as it is opened, so that the log never prints it. */
  readonly onSecret?: SecretSources['onOpened'];
  /** Where destinations need Windows: the event log, secrets sealed for this machine. */
  readonly openLibrary?: OpenLibrary | undefined;
}

/** The agent's way out: what the pipeline puts into, and what empties it. */
export interface Forwarding {
  readonly outbox: OutboxTable;
  readonly forwarder: Forwarder;
}

/** Name of the local record among the destinations. */
const recordName = 'record';

/** Who this agent is. */
export function agentFacts(): AgentFacts {
  return { version: agentVersion, hostName: hostname(), hostId: undefined };
}

/** Destinations that are open, and have nothing to do with the outbox yet. */
export interface PreparedForwarding {
  /** From now on the outbox keeps what is theirs; sends nothing before `forwarder.start()`. */
  build(): Forwarding;
  /** They are not wanted after all. */
  close(): Promise<void>;
}

/**
 * Opens outbox, destinations and what drives them; sends nothing before `forwarder.start()`.
 *
 * @throws AgentError PC_FORWARD_…
 */
export async function openForwarding(
  options: ForwardingOptions,
  store: Store,
  log: Log,
): Promise<Forwarding> {
  return (await prepareForwarding(options, store, log)).build();
}

/**
 * Opens the destinations, and changes nothing.
 *
 * @throws AgentError PC_FORWARD_…
 */
export async function prepareForwarding(
  options: ForwardingOptions,
  store: Store,
  log: Log,
): Promise<PreparedForwarding> {
  const opened = await openRoutes(options);
  return {
    build: () => buildForwarding(options.config, opened, store, log),
    close: () => closeRoutes(opened.routes),
  };
}

function buildForwarding(
  { forward }: Config,
  { routes, surroundings }: OpenedRoutes,
  store: Store,
  log: Log,
): Forwarding {
  const outbox = new OutboxTable(store);
  const { clock, timers, random, agent } = surroundings;
  const forwarder = new Forwarder({
    queue: outbox,
    routes,
    limits: { maxBytes: forward.maxQueueBytes, maxAgeMs: forward.maxQueueAgeMs },
    batch: {
      maxEntries: forward.batchEntries,
      maxBytes: forward.batchBytes,
      maxAgeMs: forward.batchAgeMs,
    },
    backoff: { minMs: forward.backoffMinMs, maxMs: forward.backoffMaxMs },
    timeoutMs: forward.timeoutMs,
    timers,
    clock,
    random,
    log,
    agent,
  });
  return { outbox, forwarder };
}

/** Sends a marked alert to each destination, or to those named. */
export async function probeDestinations(
  options: ForwardingOptions,
  names: readonly string[],
): Promise<readonly ProbeResult[]> {
  const { routes, surroundings } = await openRoutes(options, names);
  const { timeoutMs } = options.config.forward;
  try {
    return await Promise.all(routes.map((route) => probeRoute(route, { ...surroundings, timeoutMs })));
  } finally {
    await closeRoutes(routes);
  }
}

/** Opens the outbox of a state file for looking at it. */
export function withOutboxDesk<T>(config: Config, use: (desk: OutboxDesk) => T): T {
  return useStateFile(config.state.file, (store) => use(new OutboxDesk(store)));
}

interface OpenedRoutes {
  readonly routes: readonly Route[];
  readonly surroundings: DestinationSurroundings;
}

async function openRoutes(options: ForwardingOptions, names: readonly string[] = []): Promise<OpenedRoutes> {
  const { config } = options;
  const surroundings = await createSurroundings(options);
  const settings = listDestinations(config);
  for (const name of names) {
    if (!settings.has(name)) {
      const known = [...settings.keys()].join(', ') || 'none';
      throw new AgentError('PC_USAGE', `there is no destination ${name}; configured: ${known}`);
    }
  }
  const routes: Route[] = [];
  for (const [name, each] of settings) {
    if (names.length > 0 && !names.includes(name)) continue;
    try {
      routes.push(openRoute(name, each, surroundings));
    } catch (error) {
      await closeRoutes(routes);
      if (!(error instanceof AgentError)) throw error;
      throw new AgentError(error.code, `destination ${name}: ${error.message}`, { cause: error });
    }
  }
  return { routes, surroundings };
}

/** Nothing was sent over them, or what was is of no further interest: how they close does not matter. */
async function closeRoutes(routes: readonly Route[]): Promise<void> {
  await Promise.allSettled(routes.map(({ destination }) => destination.close()));
}

/** What destinations of this process are opened with. */
export async function createSurroundings(options: ForwardingOptions): Promise<DestinationSurroundings> {
  const { config, env, onSecret, openLibrary, clock = { nowMs: Date.now } } = options;
  const { unprotect, openEventLog } = await openForwardingPorts(config, openLibrary);
  const { timeoutMs, connectTimeoutMs } = config.forward;
  return {
    secrets: new SecretOpener({ env, unprotect, onOpened: onSecret }),
    env,
    clock,
    timers: createTimers(),
    random: Math.random,
    agent: agentFacts(),
    processId: process.pid,
    timeoutMs,
    connectTimeoutMs,
    openEventLog,
  };
}

/** The configured destinations and, unless it is switched off, the local record. */
export function listDestinations({ forward, state }: Config): ReadonlyMap<string, DestinationSettings> {
  const settings = new Map<string, DestinationSettings>(Object.entries(forward.destinations));
  const path =
    forward.recordFile ?? (state.file === null ? null : join(dirname(state.file), 'alerts.ndjson'));
  if (forward.record && path !== null && !settings.has(recordName)) {
    settings.set(recordName, {
      type: 'file',
      path,
      maxFileBytes: forward.recordFileBytes,
      maxFiles: forward.recordFiles,
      minSeverity: 0,
      kinds: [],
      rules: [],
      fields: {},
    });
  }
  return settings;
}
export type { OutboxTotals, ProbeResult } from '../forward/index.ts';
export type { DestinationCounts } from '../store/index.ts';
