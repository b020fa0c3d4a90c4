import { type DeskOutcome, severityNumbers } from '../alert/index.ts';
import type { ScoredStart } from '../anomaly/index.ts';
import type { Clock } from '../event/index.ts';
import { shortenMiddle } from '../text/index.ts';
import { SlidingCounts } from './sliding-counts.ts';

/** What happens on the agent just now. Names and command lines are as the events have them, but bounded. */
export interface ActivitySnapshot {
  readonly atMs: number;
  /** Process starts a second, over the last 10 s and the last minute. */
  readonly startsPerSecond: { readonly last10s: number; readonly last60s: number };
  /** Records a second over the last minute, of whatever kind. */
  readonly recordsPerSecond: number;
  /** Time of the newest event, as the event says. */
  readonly lastEventMs: number | undefined;
  /** Most starts in the last five minutes first. */
  readonly programs: readonly { readonly name: string; readonly starts: number }[];
  /** Starts of programs beyond those that are counted by name. */
  readonly otherStarts: number;
  /** Highest of the last hour first. */
  readonly scores: readonly ScoreLine[];
  /** Most alerts since the start of the agent first. */
  readonly users: readonly UserLine[];
}

export interface ScoreLine {
  /** When it was scored. */
  readonly atMs: number;
  readonly eventId: string;
  /** P(malicious), 0..1. */
  readonly probability: number;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly parent: string | undefined;
  readonly program: string | undefined;
  readonly commandLine: string | undefined;
}

export interface UserLine {
  readonly user: string;
  readonly host: string | undefined;
  readonly alerts: number;
  /** Of the most severe alert. */
  readonly severity: keyof typeof severityNumbers;
  readonly lastMs: number;
}

const limits = {
  programs: 1_000,
  scores: 20,
  users: 200,
  /** UTF-16 units. */
  name: 128,
  commandLine: 400,
} as const;
const scoreAgeMs = 3_600_000;
const minuteMs = 60_000;
const starts = 'starts';
const records = 'records';

/** Keeps what `top` shows, from what comes out of the pipeline, in bounded memory. */
export class Activity {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #seconds = new SlidingCounts({ slotMs: 1_000, slots: 64, maxNames: 2 });
  readonly #programs = new SlidingCounts({ slotMs: 30_000, slots: 10, maxNames: limits.programs });
  readonly #users = new Map<string, UserLine>();
  #scores: ScoreLine[] = [];
  #lastEventMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.nowMs();
  }

  /** Takes what came of a batch of so many records; what time alone brings has no starts. */
  take(outcome: DeskOutcome & { readonly scored?: readonly ScoredStart[] }, recordsRead: number): void {
    const nowMs = this.#clock.nowMs();
    const { scored = [], alerts } = outcome;
    this.#seconds.add(records, recordsRead, nowMs);
    this.#seconds.add(starts, scored.length, nowMs);
    for (const start of scored) this.#takeStart(start, nowMs);
    for (const { subject, rule } of alerts) this.#flag(subject, rule.severity, nowMs);
  }

  snapshot(): ActivitySnapshot {
    const nowMs = this.#clock.nowMs();
    const programs = this.#programs.totals(nowMs);
    this.#forgetScores(nowMs);
    return {
      atMs: nowMs,
      startsPerSecond: {
        last10s: this.#rate(starts, 10_000, nowMs),
        last60s: this.#rate(starts, minuteMs, nowMs),
      },
      recordsPerSecond: this.#rate(records, minuteMs, nowMs),
      lastEventMs: this.#lastEventMs,
      programs: [...programs.counts]
        .map(([name, count]) => ({ name, starts: count }))
        .sort((a, b) => b.starts - a.starts || (a.name < b.name ? -1 : 1))
        .slice(0, limits.scores),
      otherStarts: programs.rest,
      scores: this.#scores,
      users: [...this.#users.values()].sort((a, b) => b.alerts - a.alerts).slice(0, limits.scores),
    };
  }

  #rate(what: string, spanMs: number, nowMs: number): number {
    const count = this.#seconds.totals(nowMs, spanMs).counts.get(what) ?? 0;
    // An agent that began a moment ago has not had the whole span.
    const hadMs = Math.min(spanMs, Math.max(1_000, nowMs - this.#startedMs));
    return Math.round((count * 1e5) / hadMs) / 100;
  }

  #takeStart(start: ScoredStart, nowMs: number): void {
    const { event, prediction } = start;
    this.#programs.add(bound(event.process.name)?.toLowerCase() ?? '?', 1, nowMs);
    if (event.timestamp !== undefined) {
      this.#lastEventMs = Math.max(this.#lastEventMs ?? event.timeMs, event.timeMs);
    }
    const lowest = this.#scores.at(-1);
    const isFull = this.#scores.length >= limits.scores;
    if (isFull && lowest !== undefined && prediction.maliciousProbability <= lowest.probability) {
      if (lowest.atMs >= nowMs - scoreAgeMs) return;
    }
    this.#forgetScores(nowMs);
    this.#scores = [...this.#scores, describe(start, nowMs)]
      .sort((a, b) => b.probability - a.probability)
      .slice(0, limits.scores);
  }

  #forgetScores(nowMs: number): void {
    this.#scores = this.#scores.filter(({ atMs }) => atMs >= nowMs - scoreAgeMs);
  }

  #flag({ event }: ScoredStart, severity: UserLine['severity'], nowMs: number): void {
    const user = nameUser(event.user);
    const host = bound(event.host.name);
    if (user === undefined) return;
    const key = `${host ?? ''}\n${user}`.toLowerCase();
    const before = this.#users.get(key);
    // The one flagged longest ago is first in the map, and leaves first.
    this.#users.delete(key);
    const isWorse = before === undefined || severityNumbers[severity] > severityNumbers[before.severity];
    this.#users.set(key, {
      user,
      host,
      alerts: (before?.alerts ?? 0) + 1,
      severity: isWorse ? severity : before.severity,
      lastMs: nowMs,
    });
    if (this.#users.size > limits.users) {
      for (const oldest of this.#users.keys()) {
        this.#users.delete(oldest);
        break;
      }
    }
  }
}

function describe({ event, prediction }: ScoredStart, atMs: number): ScoreLine {
  const { process } = event;
  return {
    atMs,
    eventId: event.id,
    probability: prediction.maliciousProbability,
    host: bound(event.host.name),
    user: nameUser(event.user),
    parent: bound(process.parent.name),
    program: bound(process.name),
    commandLine:
      process.commandLine === undefined ? undefined : shortenMiddle(process.commandLine, limits.commandLine),
  };
}

function nameUser({ id, name, domain }: ScoredStart['event']['user']): string | undefined {
  if (name === undefined) return bound(id);
  return bound(domain === undefined ? name : `${domain}\\${name}`);
}

function bound(text: string | undefined): string | undefined {
  return text === undefined ? undefined : shortenMiddle(text, limits.name);
}
