import { hostname } from 'node:os';
import type { Config } from '../config/index.ts';
import { AgentError, messageOf } from '../errors/index.ts';
import { type Clock, toRecordedDocument } from '../event/index.ts';
import type { Log } from '../log/index.ts';
import { describeNotice, type LiveStats, type Rejection } from '../source/index.ts';
import { openLiveInput } from './live-input.ts';
import { manifestPathOf, writeManifest } from './recording/manifest-writer.ts';
import {
  describeRecordingState,
  type RecordingManifest,
  type StopReason,
} from './recording/recording-manifest.ts';
import { RecordingWriter } from './recording/recording-writer.ts';
import { agentVersion } from './version.ts';

export interface RecordRunOptions {
  readonly config: Config;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the recording: what the source already holds is still written. */
  readonly signal: AbortSignal;
  /** Must end as replay expects it: .ndjson, .jsonl or .json, also with .gz. */
  readonly path: string;
  readonly forMs?: number | undefined;
  /** Ends the recording once its files hold so many bytes, or a little more. */
  readonly maxBytes?: number | undefined;
  readonly rotateBytes?: number | undefined;
}

export interface RecordRun {
  readonly source: string;
  /** Records until the source ends, the signal aborts, or a limit is reached. */
  run(): Promise<RecordingManifest>;
}

const checkpointMs = 5_000;
/** Rejections logged one by one; the rest are only counted. */
const loggedRejections = 20;
const readableEnding = /\.(?:ndjson|jsonl|json)(?:\.gz)?$/i;

/**
 * Writes the events of a live input to a file, as `replay` reads it.
 * @throws AgentError PC_USAGE, PC_RECORD_UNWRITABLE or PC_NATIVE_…
 */
export async function openRecordRun(options: RecordRunOptions): Promise<RecordRun> {
  const { config, clock, log, path, maxBytes } = options;
  if (!readableEnding.test(path)) {
    throw new AgentError('PC_USAGE', 'the recording must end in .ndjson, .jsonl or .json, also with .gz');
  }
  const time = new AbortController();
  const signal = AbortSignal.any([options.signal, time.signal]);
  const { source, stats } = await openLiveInput({
    config,
    stdin: options.stdin,
    clock,
    log,
    onNotice: (notice) => log.warn('The source reports', { text: describeNotice(notice) }),
  });
  const writer = new RecordingWriter({
    path,
    rotateBytes: options.rotateBytes,
    onFault: (why) => log.error('The disk did not take events; they are lost', { why }),
  });
  const startedAt = new Date(clock.nowMs()).toISOString();
  const seen = { records: 0, filtered: 0, rejected: 0, events: 0 };
  let firstEvent: string | null = null;
  let lastEvent: string | null = null;

  function describe(stopped: StopReason | undefined): RecordingManifest {
    const lostBeforeAgent = countLost(stats());
    const { records, filtered, rejected, events } = seen;
    return {
      format: 'problemchild-recording',
      version: 1,
      complete: stopped !== undefined,
      state: describeRecordingState(stopped !== undefined),
      stopped: stopped ?? null,
      agentVersion,
      hostName: hostname(),
      source: source.name,
      startedAt,
      asOf: new Date(clock.nowMs()).toISOString(),
      firstEvent,
      lastEvent,
      counts: {
        records,
        filtered,
        rejected,
        received: events + lostBeforeAgent,
        written: writer.written,
        lost: writer.lost + lostBeforeAgent,
        lostBeforeAgent,
      },
      files: writer.files,
    };
  }

  function save(manifest: RecordingManifest): void {
    try {
      writeManifest(manifestPathOf(path), manifest);
    } catch (cause) {
      throw new AgentError('PC_RECORD_UNWRITABLE', `the manifest: ${messageOf(cause)}`, { cause });
    }
  }

  function checkpoint(): void {
    writer.seal();
    try {
      save(describe(undefined));
    } catch (error) {
      log.error('The manifest could not be written', { why: messageOf(error) });
    }
  }

  function tell({ code, message, position }: Rejection): void {
    seen.rejected++;
    if (seen.rejected > loggedRejections) return;
    log.warn('Input rejected', { code, source: position.source, record: position.record, why: message });
  }

  async function recordAll(): Promise<StopReason> {
    const { batchSize } = config.source;
    for await (const batch of source.batches({ batchSize, signal })) {
      seen.records += batch.recordsRead;
      seen.filtered += batch.filtered;
      for (const rejection of batch.rejections) tell(rejection);
      for (const event of batch.events) {
        seen.events++;
        firstEvent ??= event.timestamp ?? null;
        lastEvent = event.timestamp ?? lastEvent;
        writer.add(JSON.stringify(toRecordedDocument(event)));
      }
      if (maxBytes !== undefined && writer.bytes >= maxBytes) return 'size';
    }
    if (options.signal.aborted) return 'stopped';
    return time.signal.aborted ? 'time' : 'end of input';
  }

  return {
    source: source.name,
    async run() {
      const timers = [setInterval(checkpoint, checkpointMs)];
      if (options.forMs !== undefined) timers.push(setTimeout(() => time.abort(), options.forMs));
      try {
        // Before the first event, so that even an early crash leaves a manifest that says so.
        save(describe(undefined));
        const stopped = await recordAll();
        writer.seal();
        const manifest = describe(stopped);
        save(manifest);
        return manifest;
      } finally {
        for (const timer of timers) clearInterval(timer);
        writer.close();
      }
    },
  };
}

/** Events that never reached this process. */
function countLost(stats: LiveStats | undefined): number {
  return Object.values(stats?.captures ?? {}).reduce(
    (sum, { failed, dropped, etwEventsLost, gapRecords }) =>
      sum + failed + dropped + etwEventsLost + gapRecords,
    0,
  );
}
