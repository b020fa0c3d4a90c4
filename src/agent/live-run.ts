import { setTimeout as wait } from 'node:timers/promises';
import type { DeskOutcome } from '../alert/index.ts';
import { AgentError } from '../errors/index.ts';
import { isFailing } from '../forward/index.ts';
import type { LogFields } from '../log/index.ts';
import { statusOf } from '../response/index.ts';
import { hasMoreAfter, type SourceBatch } from '../source/index.ts';
import { ProcessWatch } from '../windows/index.ts';
import { leaveProcessorsFree, saveMemory } from './collection.ts';
import { GroupCommit } from './group-commit.ts';
import { startHeartbeat } from './heartbeat.ts';
import { openLiveControl } from './live-control.ts';
import { countWaiting } from './live-input.ts';
import { type LivePartsOptions, openLiveParts } from './live-parts.ts';
import { applyPriority } from './priority.ts';
import { repeat } from './repeat.ts';
import { logSkippedIndicators } from './skipped-indicators.ts';
import { latenessMs, SourceLag } from './source-lag.ts';
import { judgeStages, type StageState } from './stages.ts';
import type { Tally } from './tally.ts';
import { isSupervised, type OpenWatchdog, openWatchThread, watchMainThread } from './watchdog.ts';

export interface LiveRunOptions extends LivePartsOptions {
  /** Ends the run: what the source already holds is still processed and committed. */
  readonly signal: AbortSignal;
  /** Told of alerts and incidents after they are committed. */
  readonly onOutcome: (outcome: DeskOutcome) => Promise<void>;
}

export interface LiveRun {
  /**
   * Resolves when the source has ended or the signal has stopped it.
   * @throws AgentError PC_AGENT_STALLED when the pipeline does not move any more, or the source cannot be opened again;
   * what hangs is left behind, so that the process must be ended. A new run goes on from the state file
   */
  run(): Promise<Tally>;
  /** How each stage is, now. */
  stages(): readonly StageState[];
  /** Looks at once for changes of configuration, rules, exceptions, indicators and model. */
  reload(): Promise<void>;
}

const reportEveryMs = 60_000;
/** How often stages are looked after, and files that people change. */
const lookEveryMs = 5_000;
const drainTimeoutMs = 5_000;
const responseTickMs = 250;

/**
 * The agent at work: source → pipeline → those who are told.
 * @throws AgentError naming the step of the start that failed
 */
export async function openLiveRun(options: LiveRunOptions): Promise<LiveRun> {
  const { clock, env, log, signal, onOutcome } = options;
  const parts = await openLiveParts(options);
  const {
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
  } = parts;
  const { source } = input;
  const { state, source: sourceSettings } = options.config;
  let lastBatchMs = performance.now();
  let lag = new SourceLag(lastBatchMs);
  let captureRestarts = 0;
  const control = openLiveControl({
    config,
    clock,
    log,
    store,
    forwarding,
    input,
    runner,
    selftest,
    response,
    isolation,
    stages,
    reload: () => live.reload(),
  });
  /** Aborted to open the source again. */
  let attempt = new AbortController();
  let abortedMs = 0;

  function counters(): LogFields {
    const { records, scored, related, filtered, rejected } = runner.tally;
    return {
      source: source.name,
      records,
      scored,
      related,
      filtered,
      rejected,
      ...notices.counts(),
      ...input.stats(),
    };
  }

  function stages() {
    const { workingSinceMs } = runner;
    const failing = forwarding.current.forwarder.status.filter(isFailing);
    return judgeStages(
      {
        workingSinceMs,
        lastBatchMs,
        waitingRecords: countWaiting(input),
        load: load.level,
        failingDestinations: failing.map(({ name, state }) =>
          state === 'stopped' ? `${name} (stopped)` : name,
        ),
        channelProblems: control.problems,
      },
      performance.now(),
      config().agent.stalledAfterMs,
    );
  }

  /** In force, whatever is configured: nobody should believe an agent armed that was disarmed. */
  function responseMode(): string {
    if (response === undefined) return config().response.mode;
    const { override, isKilled } = response.parts;
    return statusOf(response.journal, override(), config().response, isKilled()).mode;
  }

  const commits = new GroupCommit(runner, sourceSettings.batchSize, async (outcome) => {
    control.observe(outcome);
    if (outcome.alerts.length + outcome.incidents.length > 0) forwarding.current.forwarder.wake();
    isolation?.takeIncidents(outcome.incidents);
    response?.stage.learn(outcome);
    await onOutcome(outcome);
  });

  async function take(batch: SourceBatch): Promise<void> {
    lastBatchMs = performance.now();
    for (const { code, message, position } of batch.rejections) {
      log.warn('Input rejected', { code, source: position.source, record: position.record, why: message });
    }
    selftest.arrive(batch.events);
    const hasMore = hasMoreAfter(batch, sourceSettings);
    lag.observe(batch.events, hasMore, clock.nowMs(), lastBatchMs);
    await commits.take(source.name, batch);
    const level = load.observe(hasMore, performance.now());
    if (level !== undefined) log.warn('Load', { level });
    for (let restMs = cpu.restMs(); restMs > 0 && !signal.aborted; restMs = cpu.restMs()) await wait(restMs);
    // The time of this batch is no time in which the source was silent.
    lastBatchMs = performance.now();
  }

  function findBookmark(): string | undefined {
    return input.isResumable ? runner.engine.bookmarks.get(source.name) : undefined;
  }

  /** Reads the source to its end, or until told to stop; opens it again when its capture does not move any more. */
  async function readAll(): Promise<void> {
    for (;;) {
      attempt = new AbortController();
      lastBatchMs = performance.now();
      lag = new SourceLag(lastBatchMs);
      const bookmark = findBookmark();
      const place = bookmark === undefined ? {} : { bookmark };
      const { batchSize } = sourceSettings;
      const either = AbortSignal.any([signal, attempt.signal]);
      for await (const batch of source.batches({ batchSize, signal: either, ...place })) await take(batch);
      await commits.flush();
      if (signal.aborted || !attempt.signal.aborted) return;
      captureRestarts++;
      log.warn('The source is opened again', { source: source.name });
    }
  }

  /** Gives quiet hosts their time, unless what they did is still to be read, and says how things stand. */
  function report(): void {
    log.info('Counters', counters());
    notices.tick(input.stats());
    if (!input.isOfNow || lag.isBehind(performance.now())) return;
    commits
      .advance(clock.nowMs() - latenessMs)
      .catch((error: unknown) => log.error('Alerts could not be handed on', { error: String(error) }));
  }

  /** None where ending the process would help nobody. */
  function watchdogOpener(): OpenWatchdog | undefined {
    const { library } = input;
    if (library) return (stalledAfterMs, lastWords) => new ProcessWatch(library, stalledAfterMs, lastWords);
    return isSupervised(env) ? openWatchThread : undefined;
  }

  return {
    stages,
    reload: () => live.reload(),
    async run() {
      log.info('Started', {
        source: source.name,
        model: runner.engine.scorer.bundle.name,
        resumed: findBookmark() !== undefined,
      });
      logSkippedIndicators(log, runner.engine.stages.iocs.current);
      applyPriority(config().agent.priority, log);
      saveMemory();
      leaveProcessorsFree();
      await response?.stage.start();
      await control.start();
      await isolation?.start();
      forwarding.current.forwarder.start();
      const heartbeat = startHeartbeat({
        store,
        forwarding: () => forwarding.current,
        tally: runner.tally,
        modelHash: () => runner.engine.scorer.bundle.weights.sha256,
        responseMode,
        problems: () =>
          stages().flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`])),
        counters: () => ({ captureRestarts, pipelineReopened: runner.reopened, ...notices.counts() }),
        clock,
        everyMs: () => config().forward.heartbeatMs,
        log,
      });
      const stall = Promise.withResolvers<never>();
      let isStalled = false;
      const giveUp = (reason: string): void => {
        isStalled = true;
        stall.reject(new AgentError('PC_AGENT_STALLED', reason));
      };
      const look = async (): Promise<void> => {
        const [capture, pipeline] = stages();
        if (pipeline.state === 'stalled') {
          giveUp(pipeline.reason ?? '');
        } else if (attempt.signal.aborted) {
          // A thread that hangs inside the system never hands over what it holds, and never ends the source.
          const silentMs = performance.now() - Math.max(abortedMs, lastBatchMs);
          if (silentMs > config().agent.stalledAfterMs) giveUp('the source was told to end, and does not');
        } else if (capture.state === 'stalled') {
          log.error('The capture is stalled', { why: capture.reason });
          heartbeat.beat();
          attempt.abort();
          abortedMs = performance.now();
        } else await live.look();
      };
      const openWatchdog = watchdogOpener();
      const watch = openWatchdog && watchMainThread(config().agent.stalledAfterMs, openWatchdog);
      const timers = [
        repeat('report', reportEveryMs, report, log),
        repeat('look', lookEveryMs, look, log),
        repeat('response', responseTickMs, () => response?.stage.tick(), log),
      ];
      try {
        await Promise.race([readAll(), commits.failure, stall.promise]);
        // Open buckets and incidents live on in the state file; without one, or at the end of input, now is the time.
        if (!signal.aborted || state.file === null) await commits.finish();
        notices.flush(input.stats());
        // What cannot be delivered now stays in the state file's outbox for the next run.
        await forwarding.current.forwarder.drain(drainTimeoutMs);
        log.info('Stopped', counters());
        return runner.tally;
      } finally {
        for (const timer of timers) clearInterval(timer);
        watch?.stop();
        commits.stop();
        heartbeat.stop();
        await control.stop();
        // Destinations that it is about to exchange would go on behind a closed store.
        if (!isStalled) await live.settle();
        await isolation?.stop();
        await response?.stage.stop();
        response?.close();
        await forwarding.current.forwarder.stop();
        // What never ends is not waited for: the state file is as its last transaction left it.
        if (!isStalled) await runner.close();
        store.close();
      }
    },
  };
}
