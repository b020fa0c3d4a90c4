import { messageOf } from '../errors/index.ts';
import type { Clock, EtwProcessRecord } from '../event/index.ts';
import { listProcesses, type NativeLibrary, ProcessControl, queryChannel } from '../windows/index.ts';
import { bookmarkOf, readPositions, writePositions } from './capture-positions.ts';
import { CaptureTotals } from './capture-totals.ts';
import { etwName } from './etw.ts';
import type { ReadOptions, SourceBatch } from './event-source.ts';
import { channels, type LiveOptions, type LiveSource, type LiveStats } from './live-source.ts';
import { StartMemory } from './start-memory.ts';

export interface Choice {
  readonly capture: 'sysmon' | 'etw';
  readonly reason: string;
}

/** How often the choice is made anew, so that stopping Sysmon does not blind the agent. */
const recheckMs = 30_000;

/** Sysmon's own service process, in its builds for 32, 64 bit and ARM. */
const sysmonImage = /^sysmon(64a?)?(\.exe)?$/i;
const systemSid = 'S-1-5-18';

/** Sysmon when its channel exists, is enabled and its service runs; event tracing otherwise. */
export function chooseCapture(library: NativeLibrary): Choice {
  try {
    return chooseByFacts(library);
  } catch (error) {
    const why = messageOf(error);
    return { capture: 'etw', reason: `whether Sysmon runs cannot be told (${why})` };
  }
}

function chooseByFacts(library: NativeLibrary): Choice {
  const channel = queryChannel(library, channels.sysmon);
  if (channel === undefined) return { capture: 'etw', reason: 'there is no Sysmon channel' };
  if (!channel.enabled) return { capture: 'etw', reason: 'the Sysmon channel is disabled' };
  const runs = listProcesses(library).some((found) => isSysmon(library, found));
  return runs
    ? { capture: 'sysmon', reason: 'Sysmon runs and its channel is enabled' }
    : { capture: 'etw', reason: 'the Sysmon channel is there, but Sysmon does not run' };
}

/** Anybody can run a program of that name, and would turn the tracing off by it: the service runs as the system. */
function isSysmon(library: NativeLibrary, { pid, createdMs, imageName }: EtwProcessRecord): boolean {
  if (!sysmonImage.test(imageName ?? '') || pid === undefined || createdMs === undefined) return false;
  const { userSid } = new ProcessControl(library).look({ pid, createdMs, toleranceMs: 1 }).facts;
  return userSid === undefined || userSid === systemSid;
}

interface AutoParts {
  readonly open: (capture: Choice['capture']) => LiveSource;
  readonly choose: () => Choice;
  readonly onNotice: LiveOptions['onNotice'];
  readonly clock: Clock;
  readonly recheckMs?: number;
}

/** The better of the two captures, chosen at the start and again whenever what it rested on changes. */
export class AutoSource implements LiveSource {
  readonly name = 'auto';
  readonly #parts: AutoParts;
  readonly #totals = new CaptureTotals();
  readonly #watched = new WatchedStarts();

  constructor(parts: AutoParts) {
    this.#parts = parts;
  }

  stats(): LiveStats {
    return { captures: this.#totals.read(), duplicates: this.#watched.duplicates };
  }

  async *batches(options: ReadOptions): AsyncGenerator<SourceBatch, void, void> {
    const positions: Record<string, string> = { ...readPositions(options.bookmark) };
    while (options.signal?.aborted !== true) {
      const choice = this.#parts.choose();
      this.#tell(choice);
      const source = this.#parts.open(choice.capture);
      this.#totals.open(() => source.stats().captures);
      /** Until when Sysmon is known to have watched. */
      let watchedMs = this.#parts.clock.nowMs();
      const switching = new AbortController();
      const timer = setInterval(() => {
        if (this.#parts.choose().capture !== choice.capture) switching.abort();
        else watchedMs = this.#parts.clock.nowMs();
      }, this.#parts.recheckMs ?? recheckMs);
      timer.unref();
      const signal =
        options.signal === undefined ? switching.signal : AbortSignal.any([options.signal, switching.signal]);
      try {
        const { batchSize } = options;
        const inner = { batchSize, signal, ...bookmarkOf(positions, source.name) };
        for await (const batch of source.batches(inner)) {
          positions[source.name] = batch.bookmark;
          if (choice.capture === 'sysmon') positions[etwName] = new Date(watchedMs).toISOString();
          yield { ...this.#watched.take(choice.capture, batch), bookmark: writePositions(positions) };
        }
      } finally {
        clearInterval(timer);
        this.#totals.close();
      }
      // What Sysmon watched, event tracing need not have: it tells of the time since then only.
      if (choice.capture === 'sysmon') positions[etwName] = new Date(watchedMs).toISOString();
      if (!switching.signal.aborted) return;
    }
  }

  #tell(choice: Choice): void {
    this.#parts.onNotice({
      source: this.name,
      kind: 'chosen',
      timestamp: new Date(this.#parts.clock.nowMs()).toISOString(),
      capture: choice.capture,
      reason: choice.reason,
    });
  }
}

/** Sysmon's log may hold starts that event tracing told before Sysmon was found to run again: told once is enough. */
class WatchedStarts {
  duplicates = 0;
  readonly #traced = new StartMemory();

  /** The batch without Sysmon's report of starts that were traced; those count as filtered. */
  take(capture: Choice['capture'], batch: SourceBatch): SourceBatch {
    if (capture === 'etw') {
      for (const event of batch.events) if (event.kind === 'start') this.#traced.remember(event);
      return batch;
    }
    const events = batch.events.filter((event) => event.kind !== 'start' || !this.#traced.take(event));
    const duplicates = batch.events.length - events.length;
    this.duplicates += duplicates;
    return { ...batch, events, filtered: batch.filtered + duplicates };
  }
}
