import type { Config, LoadedConfig } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import type { Clock } from '../event/index.ts';
import { createForgottenNotice, createQuarantineNotice } from '../forward/index.ts';
import type { OpenLog } from '../log/index.ts';
import { openOrQuarantine, Store } from '../store/index.ts';
import { BatchRunner } from './batch-runner.ts';
import { ConfigWatch } from './config-watch.ts';
import { CpuLimit } from './cpu-limit.ts';
import { type EngineHooks, openEngine } from './engine.ts';
import { agentFacts } from './forwarding.ts';
import { type IsolationRun, openIsolationRun } from './isolation-run.ts';
import { LiveForwarding } from './live-forwarding.ts';
import { type LiveInput, type OpenLibrary, openLiveInput } from './live-input.ts';
import { LiveReload } from './live-reload.ts';
import { LoadShedding } from './load-shedding.ts';
import { createOutboxAudience } from './outbox-audience.ts';
import { toOutboxEntries } from './outbox-entries.ts';
import { applyPriority } from './priority.ts';
import { type LiveResponse, openLiveResponse } from './response-desk.ts';
import type { LiveSelftest } from './selftest/live-selftest.ts';
import { openLiveSelftest } from './selftest/open-live-selftest.ts';
import { SourceNotices } from './source-notices.ts';
import { watchStore } from './store-watch.ts';

export interface LivePartsOptions {
  readonly config: Config;
  /** How the configuration is read again when its file changes; without it, it stays as it is. */
  readonly reload?: { readonly file: string | undefined; readonly load: () => LoadedConfig };
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  /** Where destinations may find their secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Omit<OpenLog, 'close'>;
  readonly openLibrary?: OpenLibrary | undefined;
}

/** What a live agent is made of. */
export interface LiveParts {
  /** The configuration of now. */
  readonly config: () => Config;
  readonly store: Store;
  readonly forwarding: LiveForwarding;
  readonly notices: SourceNotices;
  readonly input: LiveInput;
  readonly runner: BatchRunner;
  /** Undefined where processes cannot be controlled, or nothing is kept of it. */
  readonly response: LiveResponse | undefined;
  readonly isolation: IsolationRun | undefined;
  readonly load: LoadShedding;
  readonly cpu: CpuLimit;
  readonly selftest: LiveSelftest;
  readonly live: LiveReload;
}

/**
 * Opens and connects the parts, in the order in which they need each other.
 * @throws AgentError naming the step of the start that failed
 */
export async function openLiveParts(options: LivePartsOptions): Promise<LiveParts> {
  const { stdin, clock, env, log } = options;
  const keep = (): LoadedConfig => ({ config: options.config, file: undefined, provenance: new Map() });
  const watch = new ConfigWatch({
    first: options.config,
    ...(options.reload ?? { file: undefined, load: keep }),
  });
  const config = (): Config => watch.current;
  const { state } = options.config;
  const { store, quarantined } =
    state.file === null
      ? { store: Store.openTemporary(), quarantined: undefined }
      : openOrQuarantine(state.file, clock.nowMs());
  const onSecret = (secret: string): void => log.hide(secret);
  const { openLibrary } = options;
  const forwarding = await LiveForwarding.open(config(), { env, clock, onSecret, openLibrary }, store, log);
  if (quarantined !== undefined) {
    log.error('The state file was damaged; a new one was begun', { ...quarantined });
    forwarding.current.outbox.add([createQuarantineNotice(quarantined, clock.nowMs(), agentFacts())]);
  }
  const notices = new SourceNotices({
    put: (entry) => forwarding.current.outbox.add([entry]),
    clock,
    agent: agentFacts(),
    log,
  });
  const input = await openLiveInput({
    config: config(),
    stdin,
    clock,
    log,
    openLibrary,
    onNotice: (notice) => notices.take(notice),
  });
  const { library } = input;
  const audience = createOutboxAudience((entry) => forwarding.current.outbox.add([entry]), log);
  const response =
    library === undefined || state.file === null
      ? undefined
      : openLiveResponse({
          config,
          exceptions: () => runner.engine.stages.exceptions.current,
          library,
          clock,
          audience,
        });
  response?.journal.keepReserve((isWhole) => {
    if (isWhole) log.info('The response journal has room for a full disk again');
    else
      log.error('The disk has no room left to reserve: when it is full, nothing can be written down or done');
  });
  const isolation =
    library === undefined || response === undefined
      ? undefined
      : openIsolationRun({ config, env, library, journal: response.journal, clock, audience });
  const load = new LoadShedding();
  const cpu = new CpuLimit(config().agent.maxCpuPercent);
  const selftest = openLiveSelftest(input, store, forwarding, log);
  const hooks: EngineHooks = {
    log,
    boundsArchive: true,
    aside: selftest,
    explains: () => load.level === 'full',
    onForgotten(error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error('What was learnt could not be read, and was forgotten', { error: reason });
      forwarding.current.outbox.add([createForgottenNotice(clock.nowMs(), agentFacts())]);
    },
    forward: (outcome) => forwarding.current.outbox.put(toOutboxEntries(outcome, clock.nowMs())),
    ...(response === undefined ? {} : { response: response.stage }),
  };
  const runner = new BatchRunner({
    engine: await openEngine(config(), store, hooks),
    reopen: (tally) => openEngine(runner.engine.config, store, hooks, tally),
    log,
  });
  watchStore({
    store,
    clock,
    log,
    put: (entry) => forwarding.current.outbox.add([entry]),
    onReplaced: () => forwarding.current.forwarder.introduce(),
  });
  const live = new LiveReload({
    watch,
    runner,
    forwarding,
    async openEngine(next, tally) {
      if (store.lacksState) {
        const why = 'what was learnt is in memory only: make room for it on the disk, then reload';
        throw new AgentError('PC_STORE_FULL', why);
      }
      // A version that does not open is refused: the state is that of the engine in force.
      const { onForgotten: _, ...others } = hooks;
      return openEngine(next, store, others, tally);
    },
    apply({ log: { level }, agent }) {
      log.setLevel(level);
      cpu.percent = agent.maxCpuPercent;
      applyPriority(agent.priority, log);
    },
    log,
  });
  return {
    config,
    store,
    forwarding,
    notices,
    input,
    runner,
    response,
    isolation,
    load,
    cpu,
    selftest,
    live,
  };
}
