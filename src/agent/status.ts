import { hostname } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import type { ResponseStatus } from '../response/index.ts';
import type { LiveStats } from '../source/index.ts';
import { type DestinationCounts, OutboxDesk, type Store } from '../store/index.ts';
import type { Activity } from './activity.ts';
import type { Forwarding } from './forwarding.ts';
import type { ResponseDesk } from './response-desk.ts';
import type { StageState } from './stages.ts';
import type { Tally } from './tally.ts';
import { agentVersion } from './version.ts';

/** A running agent, as it says itself. Times are ISO 8601 in UTC. */
export interface AgentStatus {
  readonly schema: 1;
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  readonly uptimeMs: number;
  /** What may be done about processes now: `audit`, `suspend` or `terminate`. */
  readonly mode: string;
  /** Without a state file there is none: nobody is acted on. */
  readonly response: ResponseStatus | undefined;
  readonly stateFile: string | null;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly source: SourceStatus;
  readonly stages: readonly StageState[];
  readonly counters: RecordCounts;
  readonly alerts: AlertCounts;
  readonly outbox: OutboxStatus;
  readonly destinations: readonly DestinationStatus[];
  readonly process: ProcessUse;
}

export interface SourceStatus {
  readonly name: string;
  readonly recordsPerSecond: number;
  readonly startsPerSecond: number;
  readonly lastEventAt: string | undefined;
  /** Of the native library, one per capture; none for a file or standard input. */
  readonly captures: LiveStats['captures'];
  /** Records that were lost on the way, as far as that is known; all captures together. */
  readonly lost: number;
}

/** `records = scored + related + filtered + rejected` */
export interface RecordCounts {
  readonly records: number;
  readonly scored: number;
  readonly related: number;
  readonly filtered: number;
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly addUp: boolean;
}

/** `raised = shown + suppressed + silenced + duplicates` */
export interface AlertCounts {
  readonly raised: number;
  readonly shown: number;
  readonly suppressed: number;
  readonly silenced: number;
  readonly duplicates: number;
  readonly rollUps: number;
  readonly incidents: number;
  readonly shownByRule: Readonly<Record<string, number>>;
  readonly addUp: boolean;
}

export interface OutboxStatus {
  readonly entries: number;
  readonly bytes: number;
  readonly put: number;
  /** Not taken in while the disk was full, or left by a destination that was removed; destinations count the rest. */
  readonly dropped: number;
  readonly deadLetters: number;
  /** In memory because the disk is full. */
  readonly held: number;
}

/** `offered + requeued = delivered + filtered + rejected + dropped + waiting` */
export interface DestinationStatus extends DestinationCounts {
  readonly state: string;
  /** In a row. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
  readonly addUp: boolean;
}

export interface ProcessUse {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly cpuMs: number;
  /** Of one core, over the whole run. */
  readonly cpuPercent: number;
}

export interface StatusParts {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly store: Store;
  readonly tally: () => Tally;
  readonly activity: Activity;
  readonly forwarding: () => Forwarding;
  readonly model: () => AgentStatus['model'];
  readonly sourceName: string;
  readonly sourceStats: () => LiveStats | undefined;
  readonly stages: () => readonly StageState[];
}

/** Reads how the agent is; cheap enough to ask every second. */
export class StatusReader {
  readonly #parts: StatusParts;
  readonly #desk: OutboxDesk;
  readonly #startedMs: number;
  readonly #cpuAtStart = process.cpuUsage();

  constructor(parts: StatusParts) {
    this.#parts = parts;
    this.#desk = new OutboxDesk(parts.store);
    this.#startedMs = parts.clock.nowMs();
  }

  read(response: ResponseDesk | undefined): AgentStatus {
    const { config, clock, model, stages, forwarding } = this.#parts;
    const tally = this.#parts.tally();
    const uptimeMs = clock.nowMs() - this.#startedMs;
    const status = response?.status();
    return {
      schema: 1,
      version: agentVersion,
      pid: process.pid,
      host: hostname(),
      startedAt: new Date(this.#startedMs).toISOString(),
      uptimeMs,
      mode: status?.mode ?? 'audit',
      response: status,
      stateFile: config().state.file,
      model: model(),
      source: this.#readSource(),
      stages: stages(),
      counters: countRecords(tally),
      alerts: countAlerts(tally),
      outbox: { ...this.#desk.totals(), held: forwarding().outbox.held },
      destinations: this.#readDestinations(),
      process: this.#readUse(uptimeMs),
    };
  }

  #readSource(): SourceStatus {
    const { activity, sourceName, sourceStats } = this.#parts;
    const { recordsPerSecond, startsPerSecond, lastEventMs } = activity.snapshot();
    const captures = sourceStats()?.captures ?? {};
    let lost = 0;
    for (const { dropped, etwEventsLost, gapRecords } of Object.values(captures)) {
      lost += dropped + etwEventsLost + gapRecords;
    }
    return {
      name: sourceName,
      recordsPerSecond,
      startsPerSecond: startsPerSecond.last60s,
      lastEventAt: lastEventMs === undefined ? undefined : new Date(lastEventMs).toISOString(),
      captures,
      lost,
    };
  }

  #readDestinations(): DestinationStatus[] {
    const states = new Map(this.#parts.forwarding().forwarder.status.map((each) => [each.name, each]));
    return this.#desk.destinations().map((counts) => {
      const live = states.get(counts.name);
      const { offered, requeued, delivered, filtered, rejected, dropped, waiting } = counts;
      return {
        ...counts,
        state: live?.state ?? 'unknown',
        failures: live?.failures ?? 0,
        lastFailure: live?.lastFailure,
        addUp: offered + requeued === delivered + filtered + rejected + dropped + waiting,
      };
    });
  }

  #readUse(uptimeMs: number): ProcessUse {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    const cpuMs = (user + system) / 1_000;
    return {
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      cpuMs: Math.round(cpuMs),
      cpuPercent: Math.round((cpuMs / Math.max(1, uptimeMs)) * 1_000) / 10,
    };
  }
}

function countRecords(tally: Tally): RecordCounts {
  const { records, scored, related, filtered, rejected } = tally;
  return {
    records,
    scored,
    related,
    filtered,
    rejected,
    rejectedByCode: Object.fromEntries(tally.rejectedByCode),
    addUp: records === scored + related + filtered + rejected,
  };
}

function countAlerts({ alerts }: Tally): AlertCounts {
  const { raised, shown, suppressed, silenced, duplicates, rollUps, incidents } = alerts;
  return {
    raised,
    shown,
    suppressed,
    silenced,
    duplicates,
    rollUps,
    incidents,
    shownByRule: Object.fromEntries(alerts.shownByRule),
    addUp: raised === shown + suppressed + silenced + duplicates,
  };
}
