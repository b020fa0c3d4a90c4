import { randomUUID } from 'node:crypto';
import { hostname, uptime } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import { openNameResolution } from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import {
  type IsolationAudience,
  type IsolationParts,
  IsolationStage,
  modeFor,
  OverrideWatch,
} from '../response/index.ts';
import { OutboxTable, type ResponseJournalFile, Store } from '../store/index.ts';
import { FilterEngine, type NativeLibrary } from '../windows/index.ts';
import { type ForwardingOptions, probeDestinations } from './forwarding.ts';
import { createIsolationPeers } from './isolation-peers.ts';
import { createOutboxAudience } from './outbox-audience.ts';
import { isSameHost, openJournal, openKillSwitch } from './response-desk.ts';

export interface IsolationOptions {
  /** In force now; a reload exchanges it. */
  readonly config: () => Config;
  readonly env: ForwardingOptions['env'];
  readonly library: NativeLibrary;
  readonly journal: ResponseJournalFile;
  readonly clock: Clock;
  readonly audience: IsolationAudience;
}

const nameTimeoutMs = 5_000;

/** The isolation of this host. `reconcile()` comes first and every half minute. */
export function openIsolation(options: IsolationOptions): IsolationStage {
  const { config, env, library, journal, clock, audience } = options;
  const host = hostname().toLowerCase();
  const override = new OverrideWatch(() => journal.override, clock);
  const parts: IsolationParts = {
    settings: () => config().response.isolation,
    mode: () => modeFor(config().response, override.current, '', clock.nowMs()),
    isStoodDown: () => journal.standDown !== undefined,
    isKilled: openKillSwitch(config, clock, library),
    journal,
    port: new FilterEngine(library),
    peers: createIsolationPeers({
      config,
      env,
      names: openNameResolution(nameTimeoutMs),
      probe(names) {
        const { forward, response } = config();
        const bounded = { ...config(), forward: { ...forward, timeoutMs: response.isolation.testTimeoutMs } };
        return probeDestinations({ config: bounded, env }, names);
      },
    }),
    audience,
    clock,
    bootMs: () => clock.nowMs() - uptime() * 1_000,
    hostName: hostname(),
    isThisHost: (name) => isSameHost(name, host),
    newId: randomUUID,
  };
  return new IsolationStage(parts);
}

/** What people do about this host's isolation, whether or not the agent runs. */
export interface IsolationDesk {
  readonly stage: IsolationStage;
  close(): Promise<void>;
}

/**
 * What happens goes into the state file's outbox as well, for the agent to deliver.
 * @throws AgentError PC_USAGE without a state file, PC_STORE_… when one of the files is refused
 */
export function openIsolationDesk(
  options: Omit<IsolationOptions, 'journal' | 'audience'>,
  log: Log,
): IsolationDesk {
  const journal = openJournal(options.config());
  const store = Store.open(options.config().state.file!);
  const outbox = new OutboxTable(store);
  const audience = createOutboxAudience((entry) => outbox.add([entry]), log);
  const stage = openIsolation({ ...options, journal, audience });
  return {
    stage,
    async close() {
      await stage.settle();
      store.close();
      journal.close();
    },
  };
}
