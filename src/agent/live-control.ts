import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { Activity } from './activity.ts';
import type { BatchRunner, CommitOutcome } from './batch-runner.ts';
import { openControl } from './control/index.ts';
import type { IsolationRun } from './isolation-run.ts';
import type { LiveForwarding } from './live-forwarding.ts';
import type { LiveInput } from './live-input.ts';
import { ProcessDesk } from './process-desk.ts';
import { type LiveResponse, openResponseDesk } from './response-desk.ts';
import type { LiveSelftest } from './selftest/live-selftest.ts';
import type { StageState } from './stages.ts';
import { StatusReader } from './status.ts';

/** The parts of a live run that can be asked about. */
export interface LiveControlParts {
  /** In force now; a reload exchanges it. */
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  readonly forwarding: LiveForwarding;
  readonly input: LiveInput;
  readonly runner: BatchRunner;
  readonly selftest: LiveSelftest;
  /** Absent where nothing is ever acted on. */
  readonly response: LiveResponse | undefined;
  readonly isolation: IsolationRun | undefined;
  readonly stages: () => readonly StageState[];
  /** Looks at once for what people changed. */
  readonly reload: () => Promise<void>;
}

/** The control channel of a live run, and what it remembers to answer with. */
export interface LiveControl {
  /** Why the channel is not open, in words. */
  readonly problems: readonly string[];
  start(): Promise<void>;
  observe(outcome: CommitOutcome): void;
  stop(): Promise<void>;
}

export function openLiveControl(parts: LiveControlParts): LiveControl {
  const { config, clock, log, store, forwarding, input, runner, selftest, stages } = parts;
  const activity = new Activity(clock);
  const reader = new StatusReader({
    config,
    clock,
    store,
    tally: () => runner.tally,
    activity,
    forwarding: () => forwarding.current,
    model: () => ({
      name: runner.engine.scorer.bundle.name,
      sha256: runner.engine.scorer.bundle.weights.sha256,
    }),
    sourceName: input.source.name,
    sourceStats: () => input.stats(),
    stages,
  });
  const stateFile = config().state.file;
  const acting = parts.response;
  const response =
    stateFile === null ? undefined : openResponseDesk(config, clock, input.library, acting !== undefined);
  const control = openControl({
    config: config(),
    log,
    library: input.library,
    context: {
      status: () => reader.read(response),
      top: () => activity.snapshot(),
      response,
      processes: acting && new ProcessDesk(acting, stateFile),
      isolation: parts.isolation?.stage,
      selftest,
      reload: parts.reload,
    },
  });
  return {
    get problems() {
      return control.problems;
    },
    start: () => control.start(),
    observe(outcome) {
      activity.take(outcome, outcome.recordsRead);
      selftest.commit(outcome.scored);
    },
    async stop() {
      selftest.stop();
      await control.stop();
      response?.close();
    },
  };
}
