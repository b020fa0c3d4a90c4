import type { DeskOutcome, Reloadable } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import { createQuarantineNotice } from '../forward/index.ts';
import type { Log, LogFields } from '../log/index.ts';
import { openOrQuarantine, Store } from '../store/index.ts';
import { agentFacts, openForwarding } from './forwarding.ts';
import { startHeartbeat } from './heartbeat.ts';
import { openModel, openReasons } from './input.ts';
import { openLiveInput } from './live-input.ts';
import { openPipeline } from './open-pipeline.ts';
import { createOutboxAudience } from './outbox-audience.ts';
import { toOutboxEntries } from './outbox-entries.ts';
import { openLiveResponse } from './response-desk.ts';
import { SourceNotices } from './source-notices.ts';
import type { Tally } from './tally.ts';

export interface LiveRunOptions {
  readonly config: Config;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  /** Where destinations may find their secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Ends the run: what the source already holds is still processed and committed. */
  readonly signal: AbortSignal;
  /** Told of alerts and incidents after they are committed. */
  readonly onOutcome: (outcome: DeskOutcome) => Promise<void>;
}

export interface LiveRun {
  /** Resolves when the source has ended or the signal has stopped it. */
  run(): Promise<Tally>;
}

const reportEveryMs = 60_000;
const drainTimeoutMs = 5_000;
const responseTickMs = 250;
/** How far behind the clock a quiet host's buckets are closed: event logs may hand records over minutes late. */
const latenessMs = 300_000;

/**
 * The agent at work: source → pipeline → those who are told.
 * @throws AgentError naming the step of the start that failed
 */
export async function openLiveRun(options: LiveRunOptions): Promise<LiveRun> {
  const { config, stdin, clock, log, signal, onOutcome } = options;
  const scorer = await openModel(config);
  const { store, quarantined } =
    config.state.file === null
      ? { store: Store.openTemporary(), quarantined: undefined }
      : openOrQuarantine(config.state.file, clock.nowMs());
  const forwarding = openForwarding({ config, env: options.env, clock }, store, log);
  const { outbox, forwarder } = forwarding;
  if (quarantined !== undefined) {
    log.error('The state file was damaged; a new one was begun', { ...quarantined });
    outbox.add([createQuarantineNotice(quarantined, clock.nowMs(), agentFacts())]);
  }
  const notices = new SourceNotices({
    put: (entry) => forwarding.intake.commit([entry], () => undefined),
    clock,
    agent: agentFacts(),
    log,
  });
  const input = await openLiveInput({
    config,
    stdin,
    clock,
    onNotice: (notice) => notices.take(notice),
  });
  const { source, library } = input;
  const response =
    library === undefined || config.state.file === null
      ? undefined
      : openLiveResponse({
          config: () => config,
          exceptions: () => stages.exceptions.current,
          library,
          clock,
          audience: createOutboxAudience((entry) => outbox.add([entry]), log),
        });
  const { pipeline, stages, bookmarks } = openPipeline(config, scorer, store, {
    explain: await openReasons(config, scorer),
    forward: (outcome) => outbox.put(toOutboxEntries(outcome, clock.nowMs())),
    ...(response === undefined ? {} : { response: response.stage }),
  });

  function counters(): LogFields {
    const { records, scored, related, filtered, rejected } = pipeline.tally;
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

  /** What people change under the running agent; a version that is refused leaves the last good one in force. */
  function reload(what: string, list: Reloadable<unknown>): void {
    const outcome = list.reload();
    if (outcome.kind === 'changed') log.info('Reloaded', { what });
    if (outcome.kind === 'refused') {
      log.error('Refused; the last good version stays in force', { what, why: outcome.error.message });
    }
  }

  async function handOn(outcome: DeskOutcome): Promise<void> {
    if (outcome.alerts.length + outcome.incidents.length > 0) forwarder.wake();
    await onOutcome(outcome);
  }

  /** Gives quiet hosts their time, and says how things stand. */
  function tick(): void {
    notices.tick(input.stats());
    log.info('Counters', counters());
    reload('exceptions', stages.exceptions);
    reload('indicators', stages.iocs);
    if (!input.isOfNow) return;
    handOn(pipeline.advance(clock.nowMs() - latenessMs)).catch((error: unknown) => {
      log.error('Alerts could not be handed on', { error: String(error) });
    });
  }

  return {
    async run() {
      const bookmark = bookmarks.get(source.name);
      log.info('Started', {
        source: source.name,
        model: scorer.bundle.name,
        resumed: bookmark !== undefined,
      });
      await response?.stage.start();
      forwarder.start();
      const timers = [
        setInterval(tick, reportEveryMs),
        setInterval(() => response?.stage.tick(), responseTickMs),
      ];
      const heartbeat = startHeartbeat({
        store,
        forwarding,
        tally: pipeline.tally,
        modelHash: scorer.bundle.weights.sha256,
        responseMode: () => config.response.mode,
        sourceCounts: () => notices.counts(),
        clock,
        everyMs: config.forward.heartbeatMs,
      });
      try {
        const { batchSize } = config.source;
        const place = bookmark === undefined ? {} : { bookmark };
        for await (const batch of source.batches({ batchSize, signal, ...place })) {
          for (const { code, message, position } of batch.rejections) {
            log.warn('Input rejected', {
              code,
              source: position.source,
              record: position.record,
              why: message,
            });
          }
          await handOn(await pipeline.process(source.name, batch));
        }
        // Open buckets and incidents live on in the state file; without one, or at the end of input, now is the time.
        if (!signal.aborted || config.state.file === null) await handOn(pipeline.finish());
        notices.flush(input.stats());
        // What cannot be delivered now stays in the state file's outbox for the next run.
        await forwarder.drain(drainTimeoutMs);
        log.info('Stopped', counters());
        return pipeline.tally;
      } finally {
        for (const timer of timers) clearInterval(timer);
        heartbeat.stop();
        await response?.stage.settle();
        response?.close();
        await forwarder.stop();
        store.close();
        await scorer.close();
      }
    },
  };
}
